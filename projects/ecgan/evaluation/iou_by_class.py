"""IoU of a segmentor on photos, of each class as well."""

from collections.abc import Sequence

import numpy as np
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS
from torch import Tensor

Areas = tuple[Tensor, Tensor, Tensor, Tensor]


@METRICS.register_module()
class IoUByClass(IoUMetric):
    """mmsegmentation's ``IoUMetric`` with the IoU of each class among its results.

    Keys are ``mIoU``, ``mAcc``, ``aAcc`` and ``IoU.NAME``, all in 0..1 as everywhere in this
    project and not rounded; mmsegmentation's are per cent. A class without pixels, neither of the
    labels nor of the predictions, has no key and is left out of the means, as there.

    With a segmentor that was trained on made pictures and tested on photos this is GAN-train, with
    one that was trained on photos and is tested on made pictures it is GAN-test (arXiv 1807.09499).

    Args:
        ignore_index: Label of pixels that are left out.
        collect_device: As in mmsegmentation.
        prefix: Put before every key.
    """

    def __init__(
        self, ignore_index: int = 255, collect_device: str = 'cpu', prefix: str | None = None
    ) -> None:
        super().__init__(ignore_index, collect_device=collect_device, prefix=prefix)

    def compute_metrics(self, results: Sequence[Areas]) -> dict[str, float]:
        """Sum the areas of all pictures, print mmsegmentation's table, and calculate."""
        super().compute_metrics(results)
        return self.calculate(results, self.dataset_meta['classes'])

    @staticmethod
    def calculate(results: Sequence[Areas], classes: Sequence[str]) -> dict[str, float]:
        """IoU = intersection / union of the areas summed over all pictures.

        Args:
            results: Of each picture the areas of intersection, union, prediction and label, each
                (num_classes,).
            classes: Their names.

        Returns:
            Key -> value, see the class.
        """
        areas = [sum(column) for column in zip(*results)]
        scores = IoUMetric.total_area_to_metrics(*areas)
        found = zip(classes, scores['IoU'])
        return {
            'mIoU': float(np.nanmean(scores['IoU'])),
            'mAcc': float(np.nanmean(scores['Acc'])),
            'aAcc': float(scores['aAcc']),
            **{f'IoU.{name}': float(iou) for name, iou in found if not np.isnan(iou)},
        }
