#!/usr/bin/env bash
# PyTorch's fused Adam after a change of the weights' memory format: other numbers, without a word.
#
# torch 2.15.0: a network takes one step, goes to channels last (`model.to(memory_format=...)`, which leaves the
# optimiser's moments as they are) and takes two more. The default Adam and `foreach=True` agree; `fused=True`
# pairs weights and moments by their place in memory, not by their index, and moves weights by other amounts.
# Guessed: fused, foreach and default are the same up to rounding, or fused refuses.
#
# Seen:
#> foreach: same as the default
#> fused: differs by more than a learning rate
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq torch==2.15.0 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
now=$("$folder/venv/bin/python" -W ignore - <<'PYTHON'
import torch


def train(**how):
    torch.manual_seed(0)
    model = torch.nn.Conv2d(3, 4, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1, **how)
    x = torch.randn(2, 3, 8, 8)
    for step in range(3):
        if step == 1:
            model.to(memory_format=torch.channels_last)
        optimizer.zero_grad()
        model(x).square().sum().backward()
        optimizer.step()
    return model.weight.detach()


expected = train(foreach=False)
for how in ('foreach', 'fused'):
    distance = (train(**{how: True}) - expected).abs().max()
    print(f'{how}:', 'same as the default' if distance < 1e-4 else 'differs by more than a learning rate' if distance > 0.1 else distance)
PYTHON
)
diff <(echo "$seen") <(echo "$now")
