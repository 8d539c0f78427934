"""What is added to the discriminator's loss beside its judgement: penalties of MMagic and others.

MMagic's penalties call a discriminator with a batch of images and differentiate its scores. They
get one here that is bound to the layouts. A regulariser of any origin fits that is called with one
dict and returns a scalar, or None where it sits an iteration out, and has ``loss_name()``.
"""

from collections.abc import Iterable, Mapping, Sequence

import torch
from mmagic.registry import MODELS
from torch import Tensor, nn

from ...errors import ConfigError
from ...structures import AnyLayout
from ..discriminators import judge_pairs
from . import objective

# What MMagic's components are to be given, where their config does not say otherwise.
_INPUTS = {
    'R1GradientPenaltyComps': dict(discriminator='disc', real_data='real_imgs'),
    'GradientPenaltyLossComps': dict(
        discriminator='disc', real_data='paired_real_imgs', fake_data='fake_imgs'
    ),
    'DiscShiftLossComps': dict(pred='disc_pred_fake'),
}


class BoundDiscriminator:
    """A discriminator that has its layouts already: images in, one score an image out.

    Args:
        discriminator: Module under the contract ``Discriminator``.
        layout: N layouts.
        gan_loss: Loss that may say what a prediction's score is.
        with_edges: Whether edges are among what is judged: of several pictures of a layout the last
            are its edges then, as they are in what :func:`regularize` hands to the regularisers.
    """

    def __init__(
        self,
        discriminator: nn.Module,
        layout: AnyLayout,
        gan_loss: nn.Module,
        with_edges: bool = False,
    ) -> None:
        self.discriminator = discriminator
        self.layout = layout
        self.gan_loss = gan_loss
        self.with_edges = with_edges

    def judge(self, images: Tensor) -> Sequence[Sequence[Tensor]]:
        """Outputs by scale.

        Args:
            images: ``(P * N, 3, H, W)``, no edges.
        """
        return self.discriminator(self.layout, images)[0]

    def __call__(self, images: Tensor) -> Tensor:
        """Scores ``(P * N, 1)`` of pictures and edges, see :func:`objective.image_scores`."""
        pairs = images.split(len(self.layout))
        names = [str(index) for index in range(len(pairs))]
        if self.with_edges and len(pairs) > 1:
            names[-1] = 'edge'
        (outputs,) = judge_pairs(self.discriminator, self.layout, dict(zip(names, pairs)))
        return torch.cat([objective.image_scores(each, self.gan_loss) for each in outputs.values()])


def build_regularizers(configs: Iterable[dict]) -> nn.ModuleList:
    """Build regularisers; MMagic's get their ``data_info`` where a config has none.

    Args:
        configs: One config a regulariser.

    Returns:
        The modules.

    Raises:
        ConfigError: If two have the same name.
    """
    built = nn.ModuleList()
    for config in configs:
        name = config['type'] if isinstance(config['type'], str) else config['type'].__name__
        inputs = _INPUTS.get(name.rpartition('.')[2])
        built.append(MODELS.build(config if inputs is None else dict(data_info=inputs) | config))
    names = [each.loss_name() for each in built]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(
                f'discriminator_regularizers has {names.count(name)} entries named {name!r}: give '
                'each a loss_name of its own'
            )
    return built


def regularize(
    regularizers: nn.ModuleList,
    disc: BoundDiscriminator,
    reals: Mapping[str, Tensor],
    fakes: Mapping[str, Tensor],
    outputs: tuple[objective.PairOutputs, objective.PairOutputs],
    iteration: int,
) -> dict[str, Tensor]:
    """Run the regularisers, in float32 whatever the autocast.

    What they are given, N layouts, photos and generated images P * N rows, no gradient behind them:
    ``disc`` the bound discriminator; ``real_imgs`` photos and their edges; ``fake_imgs`` generated
    images and edges; ``paired_real_imgs`` to each of those its photo or edges; ``disc_pred_real``
    and ``disc_pred_fake`` scores ``(P * N, 1)`` of this iteration's main pass; ``iteration``;
    ``batch_size`` N; ``layout``; ``reals``, ``fakes`` and ``outputs``, what is told below.

    Args:
        regularizers: What :func:`build_regularizers` made.
        disc: The discriminator with its layouts.
        reals: Photos and their edges by name, ``(N, 3, H, W)`` each.
        fakes: Generated images and edges by name.
        outputs: The discriminator's outputs by name, on ``reals`` and on ``fakes``.
        iteration: Count of iterations, for penalties that are taken now and then.

    Returns:
        Scalars by name: ``loss_gp`` becomes ``loss_disc_gp``; a name without the prefix ``loss_``
        stays, and its value is for the log only.
    """
    if not regularizers:
        return {}
    # Where the generator ran in lower precision, its images are in it.
    fakes = {
        name: fake.detach().to(torch.promote_types(fake.dtype, torch.float32))
        for name, fake in fakes.items()
    }
    with torch.autocast(disc.layout.device.type, enabled=False):
        real_scores, fake_scores = (
            torch.cat([objective.image_scores(each, disc.gan_loss) for each in group.values()])
            for group in outputs
        )
        state = dict(
            disc=disc,
            real_imgs=torch.cat(list(reals.values())),
            fake_imgs=torch.cat(list(fakes.values())),
            paired_real_imgs=torch.cat([reals[objective.modality(name)] for name in fakes]),
            disc_pred_real=real_scores,
            disc_pred_fake=fake_scores,
            iteration=iteration,
            batch_size=len(disc.layout),
            layout=disc.layout,
            reals=reals,
            fakes=fakes,
            outputs=outputs,
        )
        found = {each.loss_name(): each(state) for each in regularizers}
    return {
        # MMagic's DiscShiftLossComps returns one value an image.
        f'loss_disc_{name[5:]}' if name.startswith('loss_') else name: value.mean()
        for name, value in found.items()
        if value is not None
    }
