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
        the gradient by the features and of that by all weights; ``cosines`` and
        ``cosines_by_weights``: by name and name those of the gradients by either, None where one of
        them is 0. All gradients by the weights are held at once: as much memory as the weights
        times the terms.
    """
    by_features: dict[str, Tensor] = {}
    by_weights: dict[str, Tensor] = {}
    for name, term in terms.items():
        of_features, *of_weights = _gradients(term, [features, *weights])
        by_features[name] = of_features.flatten()
        by_weights[name] = torch.cat([of_features.new_zeros(0), *map(torch.flatten, of_weights)])
    for gradients in (by_features, by_weights):
        gradients[ALL] = sum(gradients.values())
    values = {name: term.item() for name, term in terms.items()}
    values[ALL] = sum(values.values())
    norms_by_features, cosines = _compare(by_features)
    norms_by_weights, cosines_by_weights = _compare(by_weights)
    return dict(
        loss=values,
        features=norms_by_features,
        weights=norms_by_weights,
        cosines=cosines,
        cosines_by_weights=cosines_by_weights,
    )


def _gradients(term: Tensor, leaves: Sequence[Tensor]) -> list[Tensor]:
    """The gradient by each leaf, zeros where the term does not depend on it."""
    if not term.requires_grad:
        return [torch.zeros_like(leaf) for leaf in leaves]
    found = torch.autograd.grad(term, leaves, retain_graph=True, allow_unused=True)
    return [torch.zeros_like(x) if grad is None else grad for x, grad in zip(leaves, found)]


def _compare(
    gradients: Mapping[str, Tensor],
) -> tuple[dict[str, float], dict[str, dict[str, float | None]]]:
    """Norms by name, and cosines by name and name, of flat gradients."""
    names = list(gradients)
    norms = {
        name: torch.linalg.vector_norm(gradient, dtype=torch.float64).item()
        for name, gradient in gradients.items()
    }
    cosines: dict[str, dict[str, float | None]] = {name: {} for name in names}
    for index, first in enumerate(names):
        for second in names[index:]:
            cosine = None
            if norms[first] and norms[second]:
                # Divided first: products of small gradients would be 0 in float32.
                product = gradients[first] / norms[first] * (gradients[second] / norms[second])
                cosine = product.sum(dtype=torch.float64).clamp(-1, 1).item()
            cosines[first][second] = cosines[second][first] = cosine
    return norms, {name: {other: cosines[name][other] for other in names} for name in names}
