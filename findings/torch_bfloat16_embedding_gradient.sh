#!/usr/bin/env bash
# The gradient of an embedding in bfloat16 on a CPU stops growing: 20 000 ones are 256.
#
# torch 2.15.0 (its CPU kernels). Looked up 20 000 times, a row of an embedding has a gradient of 20 000 ones. In bfloat16
# embedding and embedding_bag add them one after the other in bfloat16, where 256 + 1 is 256. index_add_ and the
# forward pass of embedding_bag add in float32 and round once (19 968), convolutions and matrix products too.
# Guessed: as all sums of PyTorch's kernels it is taken in float32 and rounded at the end.
#
# Seen:
#> embedding: float32 20000, bfloat16 256
#> embedding_bag: float32 20000, bfloat16 256
#> index_add_: float32 20000, bfloat16 19968
#> embedding_bag, forward, 20000 rows in a bag: float32 20000, bfloat16 19968
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq torch==2.15.0 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import torch
from torch.nn import functional as F

ids = torch.zeros(20000, dtype=torch.long)


def embedding(dtype):
    table = torch.zeros(2, 4, dtype=dtype, requires_grad=True)
    F.embedding(ids, table).backward(torch.ones(len(ids), 4, dtype=dtype))
    return table.grad[0, 0]


def embedding_bag(dtype):
    table = torch.zeros(2, 4, dtype=dtype, requires_grad=True)
    bags = ids.view(-1, 1)
    F.embedding_bag(bags, table, mode='sum').backward(torch.ones(len(bags), 4, dtype=dtype))
    return table.grad[0, 0]


def index_add(dtype):
    ones = torch.ones(len(ids), 4, dtype=dtype)
    return torch.zeros(2, 4, dtype=dtype).index_add_(0, ids, ones)[0, 0]


def forward(dtype):
    return F.embedding_bag(ids.view(1, -1), torch.ones(2, 4, dtype=dtype), mode='sum')[0, 0]


for name, case in (
    ('embedding', embedding), ('embedding_bag', embedding_bag), ('index_add_', index_add),
    ('embedding_bag, forward, 20000 rows in a bag', forward),
):
    print(f'{name}: float32 {case(torch.float32):.0f}, bfloat16 {case(torch.bfloat16):.0f}')
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
