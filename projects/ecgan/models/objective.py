"""The adversarial part of the objective (METHOD, objective), as functions of D's outputs.

Pairs are named by what stands beside the layout: ``image`` (final image I'', or the only one),
``coarse`` (I'), ``edge`` (I'_e); photos are ``image`` and ``edge``.
"""

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

# Per pair, per scale: stage outputs, then the prediction.
PairOutputs = Mapping[str, Sequence[Sequence[Tensor]]]


def modality(name: str) -> str:
    """Photo that a generated pair is compared with: ``edge`` for edges, else ``image``."""
    return 'edge' if name == 'edge' else 'image'


def pair_weights(names: Sequence[str], final_weight: float) -> dict[str, float]:
    """Weight of each generated pair: lambda for I'' beside an I', 1 for all else.

    Args:
        names: Generated pairs.
        final_weight: lambda.

    Returns:
        Weight by name.
    """
    weights = dict.fromkeys(names, 1.0)
    if 'coarse' in weights:
        weights['image'] = final_weight
    return weights


def _over_scales(
    outputs: Sequence[Sequence[Tensor]], gan_loss: nn.Module, target: bool, is_disc: bool
) -> Tensor:
    predictions = [scale[-1].float() for scale in outputs]
    return sum(gan_loss(p, target, is_disc=is_disc) for p in predictions) / len(predictions)


def discriminator_losses(
    real: PairOutputs, fake: PairOutputs, weights: Mapping[str, float], gan_loss: nn.Module
) -> dict[str, Tensor]:
    """L_D = (1 + lambda) r(I) + r(I_e) + f(I') + lambda f(I'') + f(I'_e), means over the scales.

    Hinge: r = mean max(0, 1 - p), f = mean max(0, 1 + p).

    Args:
        real: D's outputs on photos and their edges.
        fake: D's outputs on generated images and edges.
        weights: Weight of each generated pair; a photo weighs as much as all it is compared with.
        gan_loss: MMagic's ``GANLoss``.

    Returns:
        ``loss_disc_real`` and ``loss_disc_fake``, scalars.
    """
    real_weights = dict.fromkeys(real, 0.0)
    for name in fake:
        real_weights[modality(name)] += weights[name]
    return dict(
        loss_disc_real=sum(
            real_weights[name] * _over_scales(real[name], gan_loss, True, True) for name in real
        ),
        loss_disc_fake=sum(
            weights[name] * _over_scales(fake[name], gan_loss, False, True) for name in fake
        ),
    )


def generator_adversarial_losses(
    real: PairOutputs,
    fake: PairOutputs,
    weights: Mapping[str, float],
    gan_loss: nn.Module,
    feature_matching_loss: nn.Module | None,
) -> dict[str, Tensor]:
    """L_G = g(I') + lambda g(I'') + g(I'_e), and feature matching likewise.

    Hinge: g = -mean p.

    Args:
        real: D's outputs on photos and their edges; no gradient flows into them.
        fake: D's outputs on generated images and edges.
        weights: Weight of each generated pair.
        gan_loss: MMagic's ``GANLoss``.
        feature_matching_loss: :class:`FeatureMatchingLoss`, or None.

    Returns:
        ``loss_gen_adversarial`` and ``loss_gen_feature_matching``, scalars.
    """
    losses = dict(
        loss_gen_adversarial=sum(
            weights[name] * _over_scales(fake[name], gan_loss, True, False) for name in fake
        )
    )
    if feature_matching_loss is not None:
        losses['loss_gen_feature_matching'] = sum(
            weights[name] * feature_matching_loss(fake[name], real[modality(name)]) for name in fake
        )
    return losses


def scores(real: PairOutputs, fake: PairOutputs) -> dict[str, Tensor]:
    """D's mean prediction on each pair, for the log: above 0 means taken for a photo.

    Args:
        real: D's outputs on photos and their edges.
        fake: D's outputs on generated images and edges.

    Returns:
        ``score_real_<name>`` and ``score_fake_<name>``, scalars without gradient.
    """
    return {
        f'score_{kind}_{name}': sum(scale[-1].detach().mean() for scale in outputs) / len(outputs)
        for kind, pairs in (('real', real), ('fake', fake))
        for name, outputs in pairs.items()
    }
