"""How the discriminator judges photos, generated images and edges."""

from torch import Tensor, nn

from ...models.ecgan import objective

# What the pairs are called here.
NAMES = {
    ('real', 'image'): 'photos',
    ('real', 'edge'): "photos' edges",
    ('fake', 'edge'): 'generated edges',
    ('fake', 'coarse'): 'coarse images',
    ('fake', 'image'): 'final images',
}


def judgements(
    real: objective.PairOutputs, fake: objective.PairOutputs, gan_loss: nn.Module
) -> dict[str, dict[str, float | None]]:
    """Scores, margins and accuracy of the discriminator's outputs, pair by pair.

    Each is the mean over the positions of a scale, then over the scales, as the losses are.

    Args:
        real: D's outputs on photos and their edges.
        fake: D's outputs on generated images and edges.
        gan_loss: The loss that D is trained with.

    Returns:
        By :data:`NAMES`: ``score``, see :func:`objective.scores`; of hinge losses ``margin``, what
        is lacking to it: max(0, 1 - p) on photos, max(0, 1 + p) on what is generated; ``accuracy``,
        the share of positions on the right side of the loss's boundary. None where the loss has no
        margin or boundary, as one that judges pairs.
    """
    scores = objective.scores(real, fake, gan_loss)
    found = {}
    for kind, pairs in (('real', real), ('fake', fake)):
        for pair, scales in pairs.items():
            lacking, right = [], []
            for *_, prediction in scales:
                signs = 1 if kind == 'real' else -1
                loss = _loss_of(prediction, gan_loss)
                score = objective.score_map(prediction.detach().float(), gan_loss)
                if getattr(loss, 'gan_type', None) == 'hinge':
                    lacking.append((1 - signs * score).clamp(min=0).mean().item())
                boundary = _boundary(loss)
                if boundary is not None:
                    right.append((signs * (score - boundary) > 0).double().mean().item())
            found[NAMES[kind, pair]] = dict(
                score=scores[f'score_{kind}_{pair}'].item(),
                margin=_mean(lacking),
                accuracy=_mean(right),
            )
    order = [name for name in NAMES.values() if name in found]
    return {name: found[name] for name in order}


def _loss_of(prediction: Tensor, gan_loss: nn.Module) -> nn.Module:
    """The loss of a prediction, where there is one for each kind (:class:`JointGANLoss`)."""
    return getattr(gan_loss, 'patch_loss', gan_loss) if prediction.shape[1] == 1 else gan_loss


def _boundary(loss: nn.Module) -> float | None:
    """The score between photos and what is generated, None where the loss has none."""
    kind = getattr(loss, 'gan_type', None)
    if getattr(loss, 'needs_pairs', False) or kind == 'wgan':
        return None
    if kind in ('lsgan', 'smgan', 'l1'):
        return (loss.real_label_val + loss.fake_label_val) / 2
    return 0.0


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
