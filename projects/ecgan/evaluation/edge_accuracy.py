"""How right generated edges are, against those of the photo."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmagic.registry import METRICS
from torch import Tensor
from torch.nn import functional as F

from ..datasets.transforms.edges import canny_edges
from .layout_metric import LayoutMetric

EXACT, NEAR = 'exact', 'within a pixel'
# Beyond this many times as many or as few pixels as the photos', edges are none.
_FAR_FROM = 4


def count_edges(generated: Tensor, photo: Tensor) -> dict[str, float]:
    """Count edge pixels: those above the threshold halfway, 0, in the mean over the channels.

    Args:
        generated: Generated edges ``(N, C, H, W)`` in [-1, 1].
        photo: The photos' edges, of the same range and size.

    Returns:
        ``pixels``, ``generated`` and ``photo``: how many there are, and how many of them are edges.
        ``right exact``, ``found exact``: edges generated where the photo has one, and the photo's
        where one is generated; ``... within a pixel``: where one is that near, along both axes.
    """
    ours, theirs = (each.detach().float().mean(1, keepdim=True) > 0 for each in (generated, photo))
    counts = dict(pixels=ours.numel(), generated=ours.sum().item(), photo=theirs.sum().item())
    for name, reach in ((EXACT, 0), (NEAR, 1)):
        counts[f'right {name}'] = (ours & _spread(theirs, reach)).sum().item()
        counts[f'found {name}'] = (theirs & _spread(ours, reach)).sum().item()
    return counts


def _spread(mask: Tensor, reach: int) -> Tensor:
    return F.max_pool2d(mask.float(), 2 * reach + 1, stride=1, padding=reach) > 0


def edge_accuracy(counts: Mapping[str, float]) -> dict:
    """Precision, recall and F1 of what :func:`count_edges` counted, or of sums or means of such.

    Returns:
        ``generated`` and ``photo``: shares of pixels that are edges; ``exact`` and ``within a
        pixel``: dicts of ``precision``, ``recall`` and ``F1``, None where there is nothing to take
        a share of. F1 is 0 where one of the other two is 0 or None, and None where both are None.
    """
    accuracy = {name: counts[name] / counts['pixels'] for name in ('generated', 'photo')}
    for name in (EXACT, NEAR):
        precision = _share(counts[f'right {name}'], counts['generated'])
        recall = _share(counts[f'found {name}'], counts['photo'])
        accuracy[name] = dict(precision=precision, recall=recall, F1=_f1(precision, recall))
    return accuracy


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _f1(precision: float | None, recall: float | None) -> float | None:
    if precision is None and recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


@METRICS.register_module()
class EdgeAccuracy(LayoutMetric):
    """Precision, recall and F1 of the generated edges I'_e against Canny's of the photo.

    Both with a tolerance of one pixel along both axes, over all pixels of the data set; keys are
    ``edge-precision``, ``edge-recall``, ``edge-F1``, and ``edge-share``: how many pixels of the
    generated edges are edges. A pixel is one above the middle of its range. A model that makes no
    edges has no such numbers. That edges are none at all, nowhere or everywhere, is said.

    A layout does not say where inside a class a photo has edges, so that 1 is out of reach.

    Args:
        low: Lower threshold of :func:`canny_edges`; as :class:`CannyEdges` in training.
        high: Upper threshold.
        prefix: Put before the result keys.
    """

    def __init__(self, low: float = 0.075, high: float = 0.175, prefix: str | None = None) -> None:
        super().__init__(prefix)
        self.low, self.high = low, high

    @classmethod
    def _own_keys(cls, classes: Sequence[str] | None, **settings: Any) -> dict[str, str]:
        return {f'edge-{name}': 'greater' for name in ('precision', 'recall', 'F1')}

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Count the edges of a batch.

        Args:
            data_batch: Not used.
            data_samples: For each sample ``gt_img`` ``(3, H, W)`` uint8 BGR, and ``fake_edge`` of
                the same shape and type where the model makes edges.
        """
        for sample in data_samples:
            if 'fake_edge' not in sample:
                self.results.append(None)
                continue
            photo = self.field(sample, 'gt_img').permute(1, 2, 0).contiguous().cpu().numpy()
            edges = torch.from_numpy(canny_edges(photo, self.low, self.high))
            self.results.append(_counts(sample['fake_edge'].cpu()[None], edges[None, None]))

    def compute_metrics(self, rows: list[dict[str, float] | None]) -> dict[str, float]:
        """Sum the counts of all pictures, and calculate."""
        counted = [row for row in rows if row is not None]
        if not counted:
            self.details = {'generated': {}}
            return {}
        accuracy = edge_accuracy({name: sum(row[name] for row in counted) for name in counted[0]})
        values = _values(accuracy)
        self.details = {'generated': values}
        share, photos = accuracy['generated'], accuracy['photo']
        if not photos / _FAR_FROM <= share <= photos * _FAR_FROM:
            self.remark(
                f'edges are {share:.3f} of the generated pixels and {photos:.3f} of those of the '
                "photos: the edge generator makes none. Look at samples' edges, and see that they "
                'are judged (docs/results.md#what-helps-on-photos)'
            )
        return values

    @staticmethod
    def calculate(generated: Tensor, photo: Tensor) -> dict[str, float]:
        """Score edges; needs no config and no runner.

        Args:
            generated: Generated edges ``(N, C, H, W)`` uint8.
            photo: The photos' edges ``(N, C', H, W)`` uint8.

        Returns:
            Key -> value, see the class; NaN where there is nothing to take a share of.
        """
        return _values(edge_accuracy(_counts(generated, photo)))


def _counts(generated: Tensor, photo: Tensor) -> dict[str, float]:
    return count_edges(generated / 127.5 - 1, photo / 127.5 - 1)


def _values(accuracy: Mapping[str, Any]) -> dict[str, float]:
    found = {f'edge-{name}': value for name, value in accuracy[NEAR].items()}
    values = {**found, 'edge-share': accuracy['generated']}
    return {name: math.nan if value is None else value for name, value in values.items()}
