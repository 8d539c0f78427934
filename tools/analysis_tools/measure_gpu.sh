#!/usr/bin/env bash
# What an update costs on a GPU, in less than ten minutes: launches and seconds of CamVid's recipe, plain against
# fast on COCO, parity with the golden numbers, the tests that need a GPU. The numbers are written into a folder.
#   tools/analysis_tools/measure_gpu.sh FOLDER [arguments of tools/analysis_tools/benchmark.py]
# PYTHON is the interpreter, .venv/bin/python where it is not set.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
out=$1
python=${PYTHON:-.venv/bin/python}
shift
mkdir -p "$out"
further=("$@")
benchmark() {
    timeout 150 "$python" tools/analysis_tools/benchmark.py --device cuda --iters 8 --warmup 3 "$@" "${further[@]}"
}
nvidia-smi --query-gpu=name,driver_version --format=csv
benchmark --count ecgan_base64_1xb8-9200iters_camvid-256x192 --precision bf16 --json "$out/camvid.json"
benchmark --layout coco --batch 4 --precision bf16 --json "$out/coco.json"
benchmark --layout coco --batch 4 --precision bf16 --compile --modes fast --json "$out/coco_compiled.json"
benchmark --layout coco --batch 4 --precision bf16 --compile reduce-overhead --modes fast --json "$out/coco_graphs.json"
for case in ../shared/golden/*_like; do
    [ -d "$case" ] && timeout 60 "$python" tools/analysis_tools/check_parity.py --device cuda "$case" | tail -n 1
done
timeout 150 "$python" -m pytest -q tests/test_gpu.py
