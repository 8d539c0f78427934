"""The terms of the generator's objective, one by one, as the model itself computes them."""

from collections.abc import Mapping

from torch import Tensor

from ...models.ecgan import ECGAN, objective
from ...structures import AnyLayout


def loss_terms(
    model: ECGAN,
    inputs: Mapping[str, Tensor | AnyLayout],
    outputs: Mapping[str, Tensor],
    judged: tuple[objective.PairOutputs, objective.PairOutputs],
    weights: Mapping[str, float],
    seen: AnyLayout,
) -> dict[str, Tensor]:
    """Take the generator's losses apart; their sum is what it is trained with.

    Args:
        model: The model.
        inputs: What the data preprocessor gave.
        outputs: What the generator in training made of it.
        judged: The discriminator's outputs on photos and on generated images, by pair.
        weights: Weight of each pair.
        seen: The layouts that the discriminator saw.

    Returns:
        Weighted scalars: ``adversarial PAIR`` and ``feature matching PAIR`` of each generated pair,
        then the losses that need no discriminator.
    """
    real, fake = judged
    by_kind: dict[str, dict[str, Tensor]] = {}
    for pair in fake:
        losses = objective.generator_adversarial_losses(
            real,
            {pair: fake[pair]},
            weights,
            model.gan_loss,
            model.feature_matching_loss,
            seen,
        )
        for name, loss in losses.items():
            by_kind.setdefault(_words(name, 'loss_gen_'), {})[pair] = loss
    terms = {
        f'{kind} {pair}': loss for kind, pairs in by_kind.items() for pair, loss in pairs.items()
    }
    direct = model.direct_losses(inputs, outputs, model.pair_plan.perceived)
    return terms | {_words(name, 'loss_'): loss for name, loss in direct.items()}


def _words(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).replace('_', ' ')
