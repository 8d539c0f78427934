"""The same update computed the straightforward way: the yardstick of every fast path.

It mirrors how the published implementation spends its time (ECGAN's training recipe; the authors'
column in docs/measured_speed.md is that implementation's):

* the layout is a one-hot tensor; every SPADE norm resizes it anew and convolves it, the semantic
  preserving module and the discriminator convolve its concatenation with features or image;
* the generator is updated first, and runs a second time, without gradient, for the discriminator's
  update;
* the discriminator runs once for each pair of generated and real picture, concatenated along the
  batch, in both updates, so the photo is judged again beside each of its fakes; in the generator's
  update it computes the gradients of its own weights too, which are then thrown away;
* PyTorch's Adam with its defaults, contiguous tensors, float32.

Losses, their weights and the networks' weights are those of :class:`projects.ecgan.models.ECGAN`.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...models.ecgan import ECGAN, objective
from ...models.ecgan.pair_plan import ramp_of
from ...models.layers import LEAKY_SLOPE
from ...structures import DenseLayout

# Attributes of modules that choose a fast path, and the value that turns it off.
PLAIN_SWITCHES = dict(layout_mode='plain', share_norm=False, closed_form=False)


def use_plain_paths(network: nn.Module) -> nn.Module:
    """Turn off the fast paths of all modules of a network, in place."""
    for module in network.modules():
        for name, value in PLAIN_SWITCHES.items():
            if hasattr(module, name):
                setattr(module, name, value)
    return network


class PlainLayout(DenseLayout):
    """One-hot layout ``(N, N', H, W)`` that is resized anew wherever it is asked for."""

    def resized(self, size: tuple[int, int]) -> 'PlainLayout':
        """A new layout of height and width ``size``, nearest."""
        return PlainLayout(F.interpolate(self.channels, size=tuple(size), mode='nearest'))


class PlainDiscriminator(nn.Module):
    """Judges pairs of generated and real picture by another's weights, one pair at a time."""

    def __init__(self, discriminator: nn.Module) -> None:
        super().__init__()
        self.discriminator = discriminator

    def forward(
        self, channels: Tensor, fake: Tensor, real: Tensor
    ) -> tuple[list[list[Tensor]], list[list[Tensor]]]:
        """Run on the concatenation of layout and pictures.

        Args:
            channels: Layout channels ``(N, N', H, W)``.
            fake: Generated images or edges ``(N, 3, H, W)``.
            real: Photos or their edges ``(N, 3, H, W)``.

        Returns:
            For fake and for real, per scale, four stage outputs and the prediction.
        """
        x = torch.cat([torch.cat([channels, picture], dim=1) for picture in (fake, real)])
        outputs = []
        for index, scale in enumerate(self.discriminator.scales):
            if index:
                x = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
            outputs.append(self._run_scale(scale, x))
        return tuple(
            [[stage.chunk(2)[part] for stage in scale] for scale in outputs] for part in (0, 1)
        )

    @staticmethod
    def _run_scale(scale: nn.Module, x: Tensor) -> list[Tensor]:
        x = F.leaky_relu(scale.first(x), LEAKY_SLOPE)
        outputs = [x]
        for conv in scale.stages:
            x = F.leaky_relu(F.instance_norm(conv(x), eps=1e-5), LEAKY_SLOPE)
            outputs.append(x)
        return [*outputs, scale.to_prediction(x)]


class PlainUpdate:
    """One update of generator and discriminator, base losses without the perceptual one.

    Args:
        model: Model with generator and discriminator; their fast paths are turned off.
        generator_rate: Learning rate of the generator.
        discriminator_rate: Learning rate of the discriminator.

    Raises:
        ValueError: If the model has a loss that is not computed here, or judges edges otherwise.
    """

    def __init__(
        self, model: ECGAN, generator_rate: float = 1e-4, discriminator_rate: float = 4e-4
    ) -> None:
        extra = [
            name
            for name in ('perceptual_loss', 'label_generator', 'contrast_loss', 'class_pixel_loss')
            if getattr(model, name) is not None
        ]
        if extra:
            raise ValueError(f'the plain update has the base losses only, the model has {extra}')
        plan, kind = model.pair_plan, getattr(model.discriminator, 'edge_weights', 'shared')
        if kind != 'shared' or plan.judged_every or plan.edge_weight != ramp_of(1):
            raise ValueError(
                f'the plain update judges edges as the papers do, the model has edge_weights={kind}'
                f', {plan.edge_weight}, judged_every={plan.judged_every}'
            )
        self.model = model
        self.generator = use_plain_paths(model.generator)
        self.discriminator = PlainDiscriminator(use_plain_paths(model.discriminator))
        self.optimizers = [
            torch.optim.Adam(network.parameters(), lr=rate, betas=(0.0, 0.9))
            for network, rate in (
                (self.generator, generator_rate),
                (self.discriminator, discriminator_rate),
            )
        ]

    def step(self, data: dict) -> dict[str, Tensor]:
        """Update both networks on a batch of the data loader, the generator first.

        Returns:
            The loss terms, scalars by the names that ``ECGAN.forward(mode='loss')`` gives them.
        """
        inputs = self.model.data_preprocessor(data, True)['inputs']
        channels = inputs['layout'].one_hot()
        losses = {}
        for optimizer, compute in zip(
            self.optimizers, (self.generator_losses, self.discriminator_losses)
        ):
            terms = compute(channels, inputs)
            optimizer.zero_grad()
            sum(terms.values()).backward()
            optimizer.step()
            losses.update({name: term.detach() for name, term in terms.items()})
        return losses

    def generator_losses(self, channels: Tensor, inputs: dict) -> dict[str, Tensor]:
        """The generator's loss terms by name, from a generator pass of their own."""
        return self._sum_over_pairs(
            objective.generator_adversarial_losses,
            channels,
            inputs,
            self.generator(PlainLayout(channels)),
            feature_matching_loss=self.model.feature_matching_loss,
        )

    def discriminator_losses(self, channels: Tensor, inputs: dict) -> dict[str, Tensor]:
        """The discriminator's loss terms by name, on images generated without gradient."""
        with torch.no_grad():
            outputs = self.generator(PlainLayout(channels))
        return self._sum_over_pairs(objective.discriminator_losses, channels, inputs, outputs)

    def _sum_over_pairs(
        self, compute, channels: Tensor, inputs: dict, outputs: dict, **others: nn.Module | None
    ) -> dict[str, Tensor]:
        """Sum of a part of the objective over the pairs, the discriminator run for each."""
        names = [name for name in ('coarse', 'image', 'edge') if name in outputs]
        weights = objective.pair_weights(names, self.model.final_weight)
        total: dict[str, Tensor] = {}
        for name in names:
            real_name = objective.modality(name)
            fake, real = self.discriminator(channels, outputs[name], inputs[real_name])
            terms = compute(
                {real_name: real}, {name: fake}, weights, gan_loss=self.model.gan_loss, **others
            )
            for key, term in terms.items():
                total[key] = total[key] + term if key in total else term
        return total
