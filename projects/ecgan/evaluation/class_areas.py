"""From label maps to areas of classes, from areas to IoU and accuracy.

As in mmsegmentation's ``IoUMetric``: areas are summed over all images, then divided. What has no
pixel to be divided by has no value (NaN) and is in no mean:

* a class that is neither in the layouts nor predicted has neither IoU nor accuracy;
* a class that is predicted but in no layout has the IoU 0 and no accuracy;
* an ignored class takes no part. Pixels of it are left out, and where it is predicted on another
  class's pixel that other class was not found. mmsegmentation 1.2.2 gives it the IoU 0 and averages
  it in, once it is predicted anywhere.
"""

import math
from collections.abc import Collection, Mapping, Sequence

import torch
from torch import Tensor


def class_areas(
    prediction: Tensor, label: Tensor, num_classes: int, ignored: Collection[int]
) -> Tensor:
    """Areas of each class in one image.

    Args:
        prediction: Predicted classes. A value that is no class (unknown, say) is the prediction of
            none: its pixel counts as one of its true class that was not found.
        label: True classes of the same shape, each of 0..num_classes - 1 or ignored.
        num_classes: Number of classes.
        ignored: Values in ``label`` whose pixels are left out.

    Returns:
        Intersection, union, prediction and label, ``(4, num_classes)``, exact in float64, on the
        CPU.
    """
    label = label.long()
    known = ~torch.isin(label, torch.tensor(list(ignored), device=label.device))
    guess, truth = prediction[known].long(), label[known]
    guess = torch.where((guess < 0) | (guess >= num_classes), num_classes, guess)
    columns = num_classes + 1
    pairs = torch.bincount(truth * columns + guess, minlength=num_classes * columns)
    confusion = pairs.view(num_classes, columns).cpu()
    hit, labelled = confusion.diagonal(), confusion.sum(1)
    predicted = confusion[:, :num_classes].sum(0)
    return torch.stack([hit, predicted + labelled - hit, predicted, labelled]).double()


def class_scores(areas: Tensor, scored: Sequence[int]) -> dict:
    """Reduce summed areas.

    Args:
        areas: ``(4, num_classes)`` of :func:`class_areas`.
        scored: The classes that are not ignored.

    Returns:
        ``mIoU``, ``mAcc`` and ``aAcc`` in 0..1, NaN where nothing is left to be averaged, and
        ``per_class``: ``IoU`` and ``Acc``, a number for every class, None where it has none.
    """
    hit, union, _, labelled = areas
    per_class = {}
    for name, whole in (('IoU', union), ('Acc', labelled)):
        values = torch.full_like(hit, math.nan)
        values[scored] = (hit / whole)[scored]
        per_class[name] = values
    return {
        'mIoU': per_class['IoU'].nanmean().item(),
        'mAcc': per_class['Acc'].nanmean().item(),
        'aAcc': (hit[scored].sum() / labelled[scored].sum()).item(),
        'per_class': {
            name: [None if math.isnan(value) else value for value in values.tolist()]
            for name, values in per_class.items()
        },
    }


def _named(names: Sequence[str], all_of_them: Sequence) -> str:
    shown, more = ', '.join(names[:8]), len(names) - 8
    shown += f' and {more} more' if more > 0 else ''
    return (
        f'{"is" if len(names) == 1 else "are"} {len(names)} of {len(all_of_them)} classes: {shown}'
    )


def missing_classes(
    per_class: Mapping[str, Sequence[float | None]], scored: Sequence[int], names: Sequence[str]
) -> list[str]:
    """Sentences on the scored classes that are not in every mean.

    Args:
        per_class: Of :func:`class_scores`.
        scored: The classes that are not ignored.
        names: Of all classes.
    """
    pairs = [(names[k], per_class['IoU'][k], per_class['Acc'][k]) for k in scored]
    absent = [name for name, iou, _ in pairs if iou is None]
    invented = [name for name, iou, accuracy in pairs if iou is not None and accuracy is None]
    found = []
    if len(absent) == len(pairs):
        return ['no pixel of the layouts is known, so there is neither IoU nor accuracy']
    if absent:
        found.append(
            f'neither in the layouts nor predicted, and so in no mean, {_named(absent, pairs)}'
        )
    if invented:
        found.append(
            'predicted but in no layout, and so in mIoU with 0 and not in mAcc, '
            f'{_named(invented, pairs)}'
        )
    return found
