#!/usr/bin/env bash
# Train on several processes of one machine (or of several: NNODES, NODE_RANK, MASTER_ADDR).
#
#   tools/dist_train.sh CONFIG PROCESSES [arguments of tools/train.py]
#
# One process for each GPU; on a machine without a GPU the processes share its CPUs and use gloo.
# PYTHON chooses the interpreter, PORT the port at which the processes meet.
set -euo pipefail

if [ $# -lt 2 ]; then
    echo "usage: $0 CONFIG PROCESSES [arguments of tools/train.py]" >&2
    exit 2
fi
CONFIG=$1
PROCESSES=$2
shift 2

exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" \
    --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" \
    --nproc_per_node="$PROCESSES" \
    "$(dirname "$0")/train.py" "$CONFIG" --launcher pytorch "$@"
