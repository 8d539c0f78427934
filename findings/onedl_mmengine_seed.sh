#!/usr/bin/env bash
# onedl-mmengine draws other weights of the same seed than mmengine: the same model, config and torch.
#
# onedl-mmengine 0.10.12 against mmengine 0.10.7, both with torch 2.15.0: Runner builds the train loop before it
# draws the weights. A loader's iterator takes a random number when it is made; the original makes it with the
# loop, the fork at the first batch. So every random number after it is another one.
# Guessed: a maintained fork of the same version line repeats a run of the original, seed for seed.
#
# Seen:
#> mmengine 0.10.7: seed 3 gives the weight 0.2858
#> onedl-mmengine 0.10.12: seed 3 gives the weight 0.0043
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
python3 -m venv tool
tool/bin/pip install -qq --disable-pip-version-check uv
cat > run.py <<'PYTHON'
import sys
from importlib import metadata

import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch.utils.data import DataLoader


class Model(BaseModel):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def init_weights(self):
        torch.nn.init.uniform_(self.weight)
        print(f'{name} {metadata.version(name)}: seed 3 gives the weight {self.weight.item():.4f}', file=sys.stderr)

    def forward(self, inputs, mode):
        return dict(loss=self.weight * inputs.float().mean())


name = sys.argv[1]
Runner(
    Model(), 'work', DataLoader(torch.arange(4), collate_fn=lambda items: dict(inputs=torch.stack(items))),
    train_cfg=dict(by_epoch=False, max_iters=1), optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
    randomness=dict(seed=3), log_level='ERROR', default_hooks=dict(checkpoint=None),
).train()
PYTHON
now=$(for package in mmengine==0.10.7 onedl-mmengine==0.10.12; do
    name=${package%%==*}
    tool/bin/uv venv -q "$name"
    tool/bin/uv pip install -q --python "$name" "$package" torch==2.15.0 opencv-python-headless setuptools
    "$name/bin/python" run.py "$name" 2>&1 >/dev/null | grep ': seed 3' || true
done)
diff <(echo "$seen") <(echo "$now")
