"""The ECGAN model: generator, discriminator and objective in MMEngine's steps (the papers)."""

from collections.abc import Sequence

import torch
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.logging import MessageHub
from mmengine.optim import OptimWrapperDict
from torch import Tensor

from ...errors import ConfigError
from ...structures import AnyLayout
from ..discriminators import check_edges_are_judged, judge_pairs
from ..parts.building import build_for, build_part
from ..parts.contracts import Discriminator, FeatureGenerator, Generator, LabelGenerator
from ..parts.unwrap import unwrap
from . import objective
from .label_losses import label_losses
from .pair_plan import PairPlan
from .regularizers import BoundDiscriminator, build_regularizers, regularize
from .sampling_model import SamplingModel
from .training_step import generate, gradients_at, left_untouched, to_floats


@MODELS.register_module()
class ECGAN(SamplingModel):
    """Edge guided GAN with contrastive learning for semantic image synthesis.

    One iteration runs the generator once and the discriminator once: D judges photos, edges and
    detached generated images; its parameters' gradient comes from its own loss, the generated
    images' gradient from the generator's adversarial and feature matching losses; the latter is
    then carried on through the generator together with the losses that need no discriminator.

    Deviations from the released code: it updates the generator first and generates again for the
    discriminator; here both losses see the same images and the same discriminator, and the
    discriminator's update is applied first, as the toolbox does.

    Every loss is off where its config is ``None``. Any generator that returns ``image`` (and
    perhaps ``coarse``, ``edge``, ``features``) from a layout fits, :class:`SPADEGenerator` too.

    Args:
        generator: Config of the generator. Class and layout channel counts follow from the data
            preprocessor here and below, where a config does not give them.
        data_preprocessor: Config of the data preprocessor.
        discriminator: Config of the discriminator; None for inference only.
        gan_loss: Config of MMagic's ``GANLoss`` or ``GANLossComps``, of
            :class:`SegmentationGANLoss` or :class:`RelativisticGANLoss`.
        feature_matching_loss: Config of the feature matching loss.
        perceptual_loss: Config of the perceptual loss.
        label_generator: Config of G_l, needed by ``similarity_loss``.
        similarity_loss: Config of the similarity loss on S' = G_l(I') and S'' = G_l(I'').
        label_loss_weight: Weight of the label generator's cross entropy on photos; 0 is off.
        contrast_loss: Config of pixel contrast or multi-scale contrast.
        class_pixel_loss: Config of the class-specific pixel loss on I''.
        diversity_loss: Config of the diversity loss, for a generator with noise.
        final_weight: lambda, weight of the final image against coarse image and edges.
        edge_weight: Weight of the edges' pair in the adversarial losses and feature matching: a
            number, or a dict of ``start``, ``end``, ``begin``, ``until``, see :class:`PairPlan`.
        judged: Generated pairs that the discriminator judges, of those that the generator makes. A
            discriminator with ``judges_edges = False`` never gets edges.
        perceived: Generated pairs that the perceptual loss compares, of those.
        judged_every: E.g. ``dict(coarse=2, edge=4)``: pairs that are judged in every n-th update
            only and left out of the others, see :class:`PairPlan`.
        perceived_every: The same of the perceptual loss.
        discriminator_regularizers: Configs of penalties on the discriminator, MMagic's
            ``R1GradientPenaltyComps`` and the like, see
            :mod:`projects.ecgan.models.ecgan.regularizers`.
        discriminator_steps: Discriminator updates for each update of the generator.
        ema_config: Config of the generator's moving average, e.g.
            ``dict(type='ExponentialMovingAverage', momentum=1e-4)``; validation and test use it.
        augmentation: Config of what changes layouts and pictures before the discriminator sees them
            in training, e.g. :class:`DiffAugment`.

    Raises:
        ConfigError: A part does not keep its contract (:mod:`.contracts`), or one that another
            needs is missing.
    """

    def __init__(
        self,
        generator: dict,
        data_preprocessor: dict,
        discriminator: dict | None = None,
        gan_loss: dict | None = None,
        feature_matching_loss: dict | None = None,
        perceptual_loss: dict | None = None,
        label_generator: dict | None = None,
        similarity_loss: dict | None = None,
        label_loss_weight: float = 1.0,
        contrast_loss: dict | None = None,
        class_pixel_loss: dict | None = None,
        diversity_loss: dict | None = None,
        final_weight: float = 2.0,
        edge_weight: float | dict = 1.0,
        judged: Sequence[str] = objective.PAIRS,
        perceived: Sequence[str] = objective.PAIRS,
        judged_every: dict[str, int] | None = None,
        perceived_every: dict[str, int] | None = None,
        discriminator_regularizers: Sequence[dict] = (),
        discriminator_steps: int = 1,
        ema_config: dict | None = None,
        augmentation: dict | None = None,
    ) -> None:
        super().__init__(data_preprocessor)
        sizes = dict(
            num_classes=self.data_preprocessor.num_classes,
            layout_channels=self.data_preprocessor.layout_channels,
        )
        generates = Generator if contrast_loss is None else FeatureGenerator
        self.generator = build_for(generates, generator, **sizes)
        if discriminator is not None:
            self.discriminator = build_for(Discriminator, discriminator, **sizes)
            if not getattr(self.discriminator, 'judges_edges', True):
                judged = [name for name in judged if name != 'edge']
            check_edges_are_judged(self.discriminator, judged)
            self.gan_loss = MODELS.build(gan_loss or dict(type='GANLoss', gan_type='hinge'))
        self.feature_matching_loss = build_part(feature_matching_loss)
        self.perceptual_loss = build_part(perceptual_loss)
        self.label_generator = build_for(LabelGenerator, label_generator, **sizes)
        self.similarity_loss = build_part(similarity_loss)
        if self.similarity_loss is not None and self.label_generator is None:
            raise ConfigError('similarity_loss needs a label_generator, got None')
        self.label_loss_weight = label_loss_weight
        self.contrast_loss = build_part(contrast_loss)
        if self.contrast_loss is not None:
            self.contrast_loss.build_heads(
                self.generator.feature_channels, self.generator.feature_names_fine_to_coarse
            )
        self.class_pixel_loss = build_part(class_pixel_loss)
        self.diversity_loss = build_part(diversity_loss)
        if self.diversity_loss is not None and getattr(self.generator, 'noise', None) is None:
            raise ConfigError(
                'diversity_loss needs a generator that makes many images of one layout, with '
                "noise=dict(type='LayoutNoise'); this one has noise=None"
            )
        self.final_weight = final_weight
        self.pair_plan = PairPlan(
            judged, perceived, edge_weight, judged_every, discriminator_steps, perceived_every
        )
        self.discriminator_regularizers = build_regularizers(discriminator_regularizers)
        self.discriminator_steps = discriminator_steps
        self.augmentation = build_part(augmentation)
        self.build_average(ema_config)

    @property
    def num_classes(self) -> int:
        """Semantic classes N; also the label of unknown pixels inside the model."""
        return self.data_preprocessor.num_classes

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Trunk features that the losses ask the generator for."""
        loss = self.contrast_loss
        return () if loss is None else tuple(unwrap(loss).feature_names)

    def forward(
        self, inputs: dict, data_samples: list[DataSample] | None = None, mode: str = 'tensor'
    ) -> dict[str, Tensor] | list[DataSample]:
        """Run without updating anything.

        Args:
            inputs: As the data preprocessor gives them: ``layout``, and ``image`` and ``edge``
                ``(N, 3, H, W)`` in [-1, 1] where the mode needs them; ``generator_layout`` where
                the generator is trained on another one (:class:`WarpLayout`).
            data_samples: One a layout; needed by ``predict``.
            mode: ``tensor``: the generator's outputs; ``predict``: data samples; ``loss``: every
                loss term, generator's and discriminator's, but D's regularisers.

        Returns:
            By mode a dict of tensors, a list of data samples, or a dict of scalars.

        Raises:
            ValueError: If ``mode`` is another.
        """
        if mode == 'tensor':
            return self.sampling_generator(inputs['layout'])
        if mode == 'predict':
            return self.predict(inputs, data_samples)
        if mode == 'loss':
            outputs = self.training_outputs(inputs)
            layout = inputs['layout']
            *judged, weights = self._pairs(inputs, outputs)
            real, fake = judge_pairs(self.discriminator, layout, *judged)
            pairs = real, fake, weights, self.gan_loss
            matching = self.feature_matching_loss
            return {
                **objective.discriminator_losses(*pairs, layout),
                **objective.generator_adversarial_losses(*pairs, matching, layout),
                **self.direct_losses(inputs, outputs),
            }
        raise ValueError(f"mode must be 'tensor', 'predict' or 'loss', got {mode!r}")

    # One iteration -------------------------------------------------------------------------------

    def train_step(self, data: dict, optim_wrapper: OptimWrapperDict) -> dict[str, float]:
        """Update the discriminator, and the generator with what trains beside it.

        Args:
            data: A batch of the data loader.
            optim_wrapper: ``generator`` (also label generator and projection heads) and
                ``discriminator``.

        Returns:
            Every loss term, the two totals ``loss_disc`` and ``loss_gen``, and D's mean scores.
        """
        inputs = self.data_preprocessor(data, True)['inputs']
        layout = inputs['layout']
        gen_wrapper, disc_wrapper = optim_wrapper['generator'], optim_wrapper['discriminator']
        updates_generator = (self._iteration + 1) % self.discriminator_steps == 0

        with gen_wrapper.optim_context(self.generator), torch.set_grad_enabled(updates_generator):
            outputs = self.training_outputs(inputs)
        reals, fakes, weights = self._pairs(inputs, outputs)
        left_out = [outputs[name] for name in weights if name not in fakes]
        # D sees leaves: their gradient is asked for by itself, and D's own loss ends there.
        leaves = {name: fake.detach().requires_grad_() for name, fake in fakes.items()}
        with disc_wrapper.optim_context(self.discriminator):
            seen, shown = layout, leaves
            if self.augmentation is not None:
                seen, reals, shown = self.augmentation(layout, reals, leaves)
            real, fake = judge_pairs(self.discriminator, seen, reals, shown)
            pairs = real, fake, weights, self.gan_loss
            losses = objective.discriminator_losses(*pairs, seen)
            losses |= self._penalties(seen, reals, shown, (real, fake))
            loss_disc = sum(value for name, value in losses.items() if name.startswith('loss_'))
            if left_out:
                loss_disc = loss_disc + left_untouched(self.discriminator.parameters())
            if updates_generator:
                adversarial = objective.generator_adversarial_losses(
                    *pairs, self.feature_matching_loss, seen
                )
                gradients = gradients_at(sum(adversarial.values()), leaves, gen_wrapper)
        logs = {**losses, **objective.scores(real, fake, self.gan_loss)}
        disc_wrapper.update_params(loss_disc)

        if updates_generator:
            with gen_wrapper.optim_context(self.generator):
                direct = self.direct_losses(inputs, outputs)
                # The gradient of this sum with respect to each generated image is the one found
                # above, so one backward pass serves the discriminator's part and the direct losses.
                products = ((fakes[name] * gradients[name]).sum() for name in fakes)
                in_turns = [outputs[n] for n in self.pair_plan.perceived_every if n in outputs]
                carried = sum(products, start=left_untouched(left_out + in_turns))
            gen_wrapper.update_params(carried + sum(direct.values()))
            if gen_wrapper.should_update():
                self.update_average()
            logs.update(**adversarial, **direct)
            logs['loss_gen'] = sum(adversarial.values()) + sum(direct.values())
        logs['loss_disc'] = loss_disc
        return to_floats(logs)

    @property
    def _iteration(self) -> int:
        """Count of iterations so far, of the run that was resumed, too."""
        return MessageHub.get_current_instance().get_info('iter', 0)

    def training_outputs(self, inputs: dict) -> dict[str, Tensor | dict[str, Tensor]]:
        """What the generator in training makes, of a layout of its own where there is one.

        Args:
            inputs: What the data preprocessor gave.

        Returns:
            As the generator returns, with the features for the losses; see :func:`generate`.
        """
        layout = inputs.get('generator_layout', inputs['layout'])
        samples = 0 if self.diversity_loss is None else self.diversity_loss.layouts
        return generate(self.generator, layout, self.feature_names, samples)

    def _pairs(self, inputs: dict, outputs: dict) -> tuple[dict, dict, dict[str, float]]:
        """Photos by name, the generated images that are judged now, and what each pair weighs."""
        weights = self.pair_plan.weights(outputs, self.final_weight, self._iteration)
        if 'edge' in self.pair_plan.judged:
            check_edges_are_judged(self.discriminator, weights)
        pairs = objective.image_pairs(inputs, outputs, self.pair_plan.due(self._iteration))
        return *pairs, weights

    def _penalties(self, layout: AnyLayout, reals: dict, fakes: dict, outputs: tuple) -> dict:
        """What regularisers add to the discriminator's loss, see :func:`regularize`."""
        judge = BoundDiscriminator(
            unwrap(self.discriminator), layout, self.gan_loss, with_edges='edge' in fakes
        )
        penalties = self.discriminator_regularizers
        return regularize(penalties, judge, reals, fakes, outputs, self._iteration)

    def direct_losses(
        self, inputs: dict, outputs: dict, compared: Sequence[str] | None = None
    ) -> dict[str, Tensor]:
        """The generator's losses that need no discriminator, weighted.

        Args:
            inputs: What the data preprocessor gave.
            outputs: What the generator gave.
            compared: Pairs that the perceptual loss compares; None: those that are due.

        Returns:
            Scalars by name; empty where all are off.
        """
        layout, photo, losses = inputs['layout'], inputs.get('image'), {}
        unknown = self.num_classes
        if compared is None:
            compared = self.pair_plan.compared(self._iteration)
        if self.perceptual_loss is not None and compared:
            losses['loss_perceptual'] = objective.perceptual_loss(
                inputs, outputs, self.perceptual_loss, self.final_weight, compared
            )
        if self.label_generator is not None:
            made = [outputs[name] for name in ('coarse', 'image') if name in outputs]
            losses |= label_losses(
                self.label_generator,
                layout,
                made,
                photo,
                self.similarity_loss,
                self.label_loss_weight,
            )
        if self.contrast_loss is not None:
            losses['loss_contrast'] = self.contrast_loss(
                outputs['features'], layout.labels, ignore_index=unknown
            )
        if self.class_pixel_loss is not None:
            losses['loss_class_pixel'] = self.class_pixel_loss(
                outputs['image'], photo, layout.labels, num_classes=unknown, ignore_index=unknown
            )
        if self.diversity_loss is not None:
            second = outputs['second_image']
            losses['loss_diversity'] = self.diversity_loss(outputs['image'][: len(second)], second)
        return losses
