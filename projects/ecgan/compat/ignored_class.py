"""A class that ``IoUMetric`` is told to ignore enters its means with 0.

Versions: mmsegmentation <= 1.2.2, onedl-mmsegmentation <= 1.4.2.
Upstream: https://github.com/open-mmlab/mmsegmentation/issues/3732. With ``ignore_index`` the id of
a class the pixels of that class are left out, but where it is predicted on others it has a union,
and so the IoU 0 (precision 0, Dice 0), which is averaged in.

Here the class is out of the means and of the table, and the log says so. Its predictions still
count against the classes whose pixels they took. An ``ignore_index`` that is no class, such as 255,
changes nothing.

Labels that are neither a class nor ``ignore_index`` fall out of the labels' areas, but not out of
the predictions'. The numbers stay, as mmsegmentation's own; a line of the log says of how many
pixels.
"""

import logging
from functools import wraps
from types import ModuleType
from typing import Any

from ._defect import Defect, old_mmseg


def _patch(iou_metric: ModuleType) -> None:
    from mmengine.logging import print_log

    metric = iou_metric.IoUMetric
    compute = metric.compute_metrics

    def warn_of_no_class(classes: int, results: list) -> None:
        # Each pixel that counts has one prediction and one label.
        predicted, labelled = (
            sum(areas[kind].double().sum().item() for areas in results) for kind in (2, 3)
        )
        if predicted > labelled:
            print_log(
                f'IoUMetric: {predicted - labelled:.0f} of {predicted:.0f} pixels have a label '
                f'that is neither one of the {classes} classes nor ignore_index; they lower the '
                'IoU of what is predicted there',
                'current',
                logging.WARNING,
            )

    @wraps(compute)
    def compute_metrics(self: Any, results: list) -> dict[str, float]:
        meta, ignored = self.dataset_meta, self.ignore_index
        classes = list(meta['classes'])
        if not self.format_only:
            warn_of_no_class(len(classes), results)
        if self.format_only or not 0 <= ignored < len(classes):
            return compute(self, results)
        kept = [index for index in range(len(classes)) if index != ignored]
        print_log(
            f'IoUMetric: ignore_index {ignored} leaves {classes[ignored]} out of every mean: '
            f'{len(kept)} of {len(classes)} classes are scored',
            'current',
        )
        self.dataset_meta = {**meta, 'classes': [classes[index] for index in kept]}
        try:
            return compute(self, [tuple(area[kept] for area in areas) for areas in results])
        finally:
            self.dataset_meta = meta

    metric.compute_metrics = compute_metrics


DEFECT = Defect(
    name='ignored_class',
    versions='mmsegmentation <= 1.2.2, onedl-mmsegmentation <= 1.4.2',
    needed=old_mmseg,
    upstream='https://github.com/open-mmlab/mmsegmentation/issues/3732',
    patches={'mmseg.evaluation.metrics.iou_metric': _patch},
    cured='a class that IoUMetric ignores is in no mean',
    sound='this mmsegmentation was not checked for the defect',
)
