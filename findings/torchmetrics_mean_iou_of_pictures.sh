#!/usr/bin/env bash
# torchmetrics' MeanIoU is no mIoU of a data set: it is a mean of pictures' IoUs, and class by class of other pictures.
#
# torchmetrics 1.9.0, torch 2.15.0. MeanIoU of torchmetrics.segmentation takes batches and computes at the end, as
# torchmetrics' metrics do, but what it keeps are sums of IoUs of single pictures: a class's is the mean over the
# pictures in which it is, or is predicted, so that a street of six pixels weighs as much as one of six hundred.
# The mIoU of papers and of mmsegmentation divides sums of pixels: MulticlassJaccardIndex. Two of its single
# values are traps as well: a class that is nowhere has 0 there, not left out, though their mean leaves it out;
# MeanIoU says -1.
# Guessed: the same number from both, as for other metrics of torchmetrics and its functional siblings.
#
# Seen (two pictures, classes 0 to 3, class 3 nowhere; by hand 6/7, 7/9, 1/2: mean 0.7116):
#> MeanIoU 0.6786, by class 0.8571 0.6786 0.5000 -1.0000
#> MulticlassJaccardIndex 0.7116, by class 0.8571 0.7778 0.5000 0.0000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq torch==2.15.0 torchmetrics==1.9.0
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
now=$(venv/bin/python -W ignore - 2>errors.txt <<'PYTHON'
import torch
from torchmetrics.classification import MulticlassJaccardIndex
from torchmetrics.segmentation import MeanIoU

labels = torch.tensor([[[0, 0, 0, 0], [0, 0, 0, 1]], [[1, 1, 1, 1], [2, 2, 1, 1]]])
predictions = torch.tensor([[[0, 0, 0, 0], [0, 0, 1, 1]], [[1, 1, 1, 1], [2, 1, 1, 1]]])


def show(name, mean, by_class):
    values = [metric(predictions, labels) for metric in (mean, by_class)]
    print(f'{name} {values[0]:.4f}, by class', *(f'{value:.4f}' for value in values[1]))


show('MeanIoU', *(MeanIoU(4, input_format='index', per_class=each) for each in (False, True)))
show(
    'MulticlassJaccardIndex',
    *(MulticlassJaccardIndex(4, average=each) for each in ('macro', 'none')),
)
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
