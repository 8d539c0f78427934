"""The losses on pairs of photo and generated image (ECGAN's objective), as functions.

Pairs are named by what stands beside the layout: ``image`` (final image I'', or the only one),
``coarse`` (I'), ``edge`` (I'_e); photos are ``image`` and ``edge``.
"""

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from ...errors import ConfigError
from ...structures import AnyLayout

# What a generator may make.
PAIRS = ('coarse', 'image', 'edge')
# Per pair, per scale: stage outputs, then the prediction.
PairOutputs = Mapping[str, Sequence[Sequence[Tensor]]]


def check_pairs(names: Sequence[str], option: str, needed: str | None = None) -> tuple[str, ...]:
    """The names, if they are some of :data:`PAIRS`.

    Args:
        names: Names of pairs.
        option: What they were given for.
        needed: The one that has to be among them; None: any will do.

    Raises:
        ConfigError: If they are not.
    """
    if not names or set(names) - set(PAIRS) or needed not in (None, *names):
        wanted = (
            f'some of {PAIRS}' if needed is None else f'{needed!r} and perhaps others of {PAIRS}'
        )
        raise ConfigError(f'{option} is to hold {wanted}, got {names!r}')
    return tuple(names)


def image_pairs(
    inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor], wanted: Sequence[str] = PAIRS
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Generated images that are wanted, and what they are compared with: photos, their edges.

    Args:
        inputs: The batch, with ``image`` and perhaps ``edge``.
        outputs: What the generator made.
        wanted: Names of the generated images that are wanted.

    Returns:
        Photos by name and generated images by name.

    Raises:
        ConfigError: If the batch has no photos, or no edges to compare with.
    """
    fakes = {name: outputs[name] for name in PAIRS if name in outputs and name in wanted}
    names = [*dict.fromkeys(map(modality, fakes))]
    missing = [name for name in names if name not in inputs]
    if missing:
        raise ConfigError(
            f'training this generator needs {missing} in the samples, which hold '
            f'{sorted(inputs)}; add the transform that makes it to the pipeline '
            '(CannyEdges for edge) and list it in PackLayoutInputs'
        )
    return {name: inputs[name] for name in names}, fakes


def modality(name: str) -> str:
    """Photo that a generated pair is compared with: ``edge`` for edges, else ``image``."""
    return 'edge' if name == 'edge' else 'image'


def pair_weights(
    names: Sequence[str], final_weight: float, edge_weight: float = 1.0
) -> dict[str, float]:
    """Weight of each generated pair: lambda for I'' beside an I', 1 for all else.

    Args:
        names: Generated pairs.
        final_weight: lambda.
        edge_weight: What edges weigh, where it is not 1.

    Returns:
        Weight by name.
    """
    weights = dict.fromkeys(names, 1.0)
    if 'coarse' in weights:
        weights['image'] = final_weight
    if 'edge' in weights:
        weights['edge'] = edge_weight
    return weights


def _over_scales(
    weight: float,
    outputs: Sequence[Sequence[Tensor]],
    gan_loss: nn.Module,
    target: bool,
    is_disc: bool,
    layout: AnyLayout | None,
) -> list[tuple[float, Tensor]]:
    """Weights and losses of a pair, the mean over its scales weighing ``weight``."""
    predictions = [scale[-1].float() for scale in outputs]
    # MMagic's losses know of no layout.
    more = dict(layout=layout) if getattr(gan_loss, 'needs_layout', False) else {}
    if hasattr(gan_loss, 'over_scales'):
        return [(weight, gan_loss.over_scales(predictions, target, is_disc=is_disc, **more))]
    share = weight / len(predictions)
    return [(share, gan_loss(each, target, is_disc=is_disc, **more)) for each in predictions]


def _paired(
    real: PairOutputs,
    fake: PairOutputs,
    weights: Mapping[str, float],
    gan_loss: nn.Module,
    is_disc: bool,
) -> Tensor:
    """The loss of a ``gan_loss`` with ``needs_pairs``, over all pairs and scales."""
    return weighted_sum(
        (weights[name] / len(scales), gan_loss(of_photo[-1].float(), of_fake[-1].float(), is_disc))
        for name, scales in fake.items()
        for of_photo, of_fake in zip(real[modality(name)], scales, strict=True)
    )


def weighted_sum(terms: Iterable[tuple[float, Tensor]]) -> Tensor:
    """Sum of weight * term, one operation a term.

    Args:
        terms: Weights and scalars, at least one.
    """
    (weight, first), *others = terms
    total = weight * first
    for weight, term in others:
        total = torch.add(total, term, alpha=weight)
    return total


def discriminator_losses(
    real: PairOutputs,
    fake: PairOutputs,
    weights: Mapping[str, float],
    gan_loss: nn.Module,
    layout: AnyLayout | None = None,
) -> dict[str, Tensor]:
    """L_D = (1 + lambda) r(I) + r(I_e) + f(I') + lambda f(I'') + f(I'_e), means over the scales.

    Hinge: r = mean max(0, 1 - p), f = mean max(0, 1 + p).

    Args:
        real: D's outputs on photos and their edges.
        fake: D's outputs on generated images and edges.
        weights: Weight of each generated pair; a photo weighs as much as all it is compared with.
        gan_loss: MMagic's ``GANLoss`` or ``GANLossComps``, or a loss with ``needs_layout``; one
            that weighs scales itself has ``over_scales``. One with ``needs_pairs`` gets what D
            gives for photo and generated image together: L_D = d(I, I') + lambda d(I, I'') +
            d(I_e, I'_e).
        layout: The layouts, for a loss that needs them.

    Returns:
        ``loss_disc_real`` and ``loss_disc_fake``, scalars; of pairs ``loss_disc_pairs``.
    """
    if getattr(gan_loss, 'needs_pairs', False):
        return dict(loss_disc_pairs=_paired(real, fake, weights, gan_loss, is_disc=True))
    real_weights = dict.fromkeys(real, 0.0)
    for name in fake:
        real_weights[modality(name)] += weights[name]
    return dict(
        loss_disc_real=weighted_sum(
            term
            for name in real
            for term in _over_scales(real_weights[name], real[name], gan_loss, True, True, layout)
        ),
        loss_disc_fake=weighted_sum(
            term
            for name in fake
            for term in _over_scales(weights[name], fake[name], gan_loss, False, True, layout)
        ),
    )


def generator_adversarial_losses(
    real: PairOutputs,
    fake: PairOutputs,
    weights: Mapping[str, float],
    gan_loss: nn.Module,
    feature_matching_loss: nn.Module | None,
    layout: AnyLayout | None = None,
) -> dict[str, Tensor]:
    """L_G = g(I') + lambda g(I'') + g(I'_e), and feature matching likewise.

    Hinge: g = -mean p.

    Args:
        real: D's outputs on photos and their edges; no gradient flows into them.
        fake: D's outputs on generated images and edges.
        weights: Weight of each generated pair.
        gan_loss: As in :func:`discriminator_losses`.
        feature_matching_loss: :class:`FeatureMatchingLoss`, or None.
        layout: The layouts, for a loss that needs them.

    Returns:
        ``loss_gen_adversarial`` and ``loss_gen_feature_matching``, scalars.
    """
    if getattr(gan_loss, 'needs_pairs', False):
        adversarial = _paired(real, fake, weights, gan_loss, is_disc=False)
    else:
        adversarial = weighted_sum(
            term
            for name in fake
            for term in _over_scales(weights[name], fake[name], gan_loss, True, False, layout)
        )
    losses = dict(loss_gen_adversarial=adversarial)
    if feature_matching_loss is not None:
        losses['loss_gen_feature_matching'] = weighted_sum(
            (weights[name], feature_matching_loss(fake[name], real[modality(name)]))
            for name in fake
        )
    return losses


def score_map(prediction: Tensor, gan_loss: nn.Module | None) -> Tensor:
    """Where D takes the picture for a photo, and how surely; the prediction itself mostly.

    Args:
        prediction: ``(B, C, h, w)``.
        gan_loss: Loss that may have a ``scores`` of its own, from prediction to score map.

    Returns:
        ``(B, 1, h, w)``.
    """
    return gan_loss.scores(prediction) if hasattr(gan_loss, 'scores') else prediction


def image_scores(outputs: Sequence[Sequence[Tensor]], gan_loss: nn.Module | None = None) -> Tensor:
    """D's score of each image: the mean over positions, then over scales.

    Args:
        outputs: D's outputs on B images.
        gan_loss: Loss that may have a ``scores`` of its own, from prediction to score map.

    Returns:
        ``(B, 1)`` float32.
    """
    maps = [score_map(scale[-1].float(), gan_loss) for scale in outputs]
    return torch.stack([each.flatten(1).mean(1, keepdim=True) for each in maps]).mean(0)


def scores(
    real: PairOutputs, fake: PairOutputs, gan_loss: nn.Module | None = None
) -> dict[str, Tensor]:
    """D's mean prediction on each pair, for the log: above 0 means taken for a photo.

    Args:
        real: D's outputs on photos and their edges.
        fake: D's outputs on generated images and edges.
        gan_loss: Loss that may have a ``scores`` of its own, from prediction to score map.

    Returns:
        ``score_real_<name>`` and ``score_fake_<name>``, scalars without gradient.
    """
    return {
        f'score_{kind}_{name}': weighted_sum(
            (1 / len(outputs), score_map(scale[-1].detach(), gan_loss).mean()) for scale in outputs
        )
        for kind, pairs in (('real', real), ('fake', fake))
        for name, outputs in pairs.items()
    }


def perceptual_loss(
    inputs: Mapping[str, Tensor],
    outputs: Mapping[str, Tensor],
    loss: nn.Module,
    final_weight: float,
    perceived: Sequence[str] = PAIRS,
) -> Tensor:
    """P(I', I) + lambda P(I'', I) + P(I'_e, I_e), in one pass for photos and one for the rest.

    Args:
        inputs: The batch, with ``image`` and perhaps ``edge``.
        outputs: What the generator made.
        loss: P: of the features that its ``extract`` gives of generated images and of photos.
        final_weight: lambda, wherever there is a coarse image beside the final one.
        perceived: Terms that are wanted; the others are left out, and nothing weighs more for it.

    Returns:
        Scalar.

    Raises:
        ConfigError: The generator makes nothing of what is wanted.
    """
    reals, fakes = image_pairs(inputs, outputs, perceived)
    if not fakes:
        made = [name for name in PAIRS if name in outputs]
        raise ConfigError(
            f'perceived names {[*perceived]}, and the generator makes {made}: name some of these'
        )
    weights = pair_weights([name for name in PAIRS if name in outputs], final_weight)
    with torch.no_grad():
        targets = _features_by_name(loss, reals)
    features = _features_by_name(loss, fakes)
    return weighted_sum(
        (weights[name], loss(features[name], targets[modality(name)])) for name in fakes
    )


def _features_by_name(
    loss: nn.Module, images: Mapping[str, Tensor]
) -> dict[str, tuple[Tensor, ...]]:
    """Features of batches of one size, which a network that never changes sees together."""
    maps = loss.extract(torch.cat([*images.values()]))
    return dict(zip(images, zip(*(each.chunk(len(images)) for each in maps))))
