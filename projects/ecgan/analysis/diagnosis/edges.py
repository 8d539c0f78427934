"""How right generated edges are, against those of the photo."""

from collections.abc import Mapping

from torch import Tensor
from torch.nn import functional as F

EXACT, NEAR = 'exact', 'within a pixel'


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
