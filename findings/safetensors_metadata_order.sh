#!/usr/bin/env bash
# safetensors writes the texts of its header in a random order: what is the same is another file each time.
#
# safetensors 0.8.0, numpy: twenty times the same two tensors with the same eight texts, in one process. The
# tensors alone, or with one text, give the same bytes every time. So a SHA-256 of the file says nothing about
# whether the model is the same, and a cache or a repository keeps it again; the tensors' bytes are the same.
# Guessed: a format for weights with digests everywhere is deterministic.
#
# Seen:
#> no texts: 1 file
#> one text: 1 file
#> eight texts: several files, tensors of all equal: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq safetensors==0.8.0 numpy==2.2.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import numpy as np
from safetensors.numpy import load, save

tensors = {'weight': np.arange(6.0).reshape(2, 3), 'bias': np.ones(2, np.float32)}


def files(count):
    texts = {f'key_{i}': f'text {i}' for i in range(count)} or None
    return {save(tensors, texts) for _ in range(20)}


for count, name in ((0, 'no texts'), (1, 'one text')):
    print(f'{name}: {len(files(count))} file')
several = files(8)
equal = all(np.array_equal(load(each)[key], tensors[key]) for each in several for key in tensors)
print(f'eight texts: {"several files" if len(several) > 1 else "1 file"}, tensors of all equal: {equal}')
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
