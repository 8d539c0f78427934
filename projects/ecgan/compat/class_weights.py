"""A cross entropy with weights of the classes fails at unknown pixels, OneDL's at every picture.

Versions: mmsegmentation <= 1.2.2, onedl-mmsegmentation <= 1.4.2.
Upstream: no report found. ``CrossEntropyLoss(class_weight=...)`` averages over the weights of the
labels: it looks up that of 255, which there is not; the fork leaves unknown pixels out first and
then, with ``avg_non_ignore``, takes a mask of all pixels for those that are left: ``IndexError``.

Here the sum of the weights of the known pixels is computed beforehand; where every pixel is known
the values are the original's.
"""

from __future__ import annotations

from functools import wraps
from types import ModuleType
from typing import TYPE_CHECKING

from ._defect import Defect, old_mmseg

if TYPE_CHECKING:
    from torch import Tensor


def _patch(module: ModuleType) -> None:
    original = module.cross_entropy

    @wraps(original)
    def cross_entropy(
        pred: Tensor,
        label: Tensor,
        weight: Tensor | None = None,
        class_weight: Tensor | None = None,
        reduction: str = 'mean',
        avg_factor: float | None = None,
        ignore_index: int = -100,
        avg_non_ignore: bool = False,
    ) -> Tensor:
        if class_weight is not None and avg_factor is None and reduction == 'mean':
            avg_factor = class_weight[label[label != ignore_index]].sum()
        return original(
            pred, label, weight, class_weight, reduction, avg_factor, ignore_index, avg_non_ignore
        )

    module.cross_entropy = cross_entropy


DEFECT = Defect(
    name='class_weights',
    versions='mmsegmentation <= 1.2.2, onedl-mmsegmentation <= 1.4.2',
    needed=old_mmseg,
    patches={'mmseg.models.losses.cross_entropy_loss': _patch},
    cured='CrossEntropyLoss with weights of classes takes unknown pixels',
    sound='this mmsegmentation was not checked for the defect',
)
