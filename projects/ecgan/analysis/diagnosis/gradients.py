"""Whether the terms of an objective pull the same way: their gradients, one by one."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

# The sum of all terms, in the place of a term's name.
ALL = 'all'


def term_gradients(
    terms: Mapping[str, Tensor], features: Tensor, weights: Sequence[Tensor]
) -> dict[str, dict]:
    """Differentiate each term by features and by weights, and compare the directions.

    Nothing is added to the ``grad`` of a weight, and the graph stays.

    Args:
        terms: Scalars by name, at least one.
        features: What the terms are computed from, of any shape.
        weights: What the features are computed from.

    Returns:
        ``loss``, ``features`` and ``weights``: by term and for :data:`ALL` the value, the norm of
        the gradient by the features and of that by all weights; ``cosines``: by name and name those
        of the gradients by the features, None where one of them is 0.
    """
    leaves = [features, *weights]
    total = [torch.zeros_like(leaf) for leaf in leaves]
    norms: dict[str, dict[str, float]] = dict(features={}, weights={})
    directions: dict[str, Tensor | None] = {}

    def take(name: str, gradients: Sequence[Tensor]) -> None:
        of_features, *of_weights = (_norm(each) for each in gradients)
        norms['features'][name] = of_features
        norms['weights'][name] = sum(each**2 for each in of_weights) ** 0.5
        directions[name] = gradients[0].flatten() / of_features if of_features else None

    for name, term in terms.items():
        gradients = _gradients(term, leaves)
        take(name, gradients)
        for added, gradient in zip(total, gradients):
            added += gradient
    take(ALL, total)
    values = {name: term.item() for name, term in terms.items()}
    values[ALL] = sum(values.values())
    return dict(loss=values, **norms, cosines=_cosines(directions))


def _gradients(term: Tensor, leaves: Sequence[Tensor]) -> list[Tensor]:
    """The gradient by each leaf, zeros where the term does not depend on it."""
    if not term.requires_grad:
        return [torch.zeros_like(leaf) for leaf in leaves]
    found = torch.autograd.grad(term, leaves, retain_graph=True, allow_unused=True)
    return [torch.zeros_like(x) if grad is None else grad for x, grad in zip(leaves, found)]


def _norm(x: Tensor) -> float:
    return torch.linalg.vector_norm(x, dtype=torch.float64).item()


def _cosines(directions: Mapping[str, Tensor | None]) -> dict[str, dict[str, float | None]]:
    names = list(directions)
    cosines: dict[str, dict[str, float | None]] = {name: {} for name in names}
    for index, first in enumerate(names):
        for second in names[index:]:
            a, b = directions[first], directions[second]
            known = a is not None and b is not None
            cosine = (a * b).sum(dtype=torch.float64).clamp(-1, 1).item() if known else None
            cosines[first][second] = cosines[second][first] = cosine
    return {name: {other: cosines[name][other] for other in names} for name in names}
