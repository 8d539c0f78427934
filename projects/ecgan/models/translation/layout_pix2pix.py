"""MMagic's Pix2Pix with parts of ECGAN, each of which can be turned on by itself."""

from collections.abc import Sequence

from mmagic.models.editors.pix2pix import Pix2Pix
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import ConfigError
from ..discriminators import check_edges_are_judged, judge_pairs
from ..ecgan import objective
from ..ecgan.label_losses import label_losses
from ..parts import contracts
from ..parts.building import build_part, with_defaults
from ..parts.feature_capture import capture_features
from ..parts.unet_features import probe_channels, unet_blocks
from ..parts.unwrap import unwrap
from ..preprocessors.translation_data_preprocessor import TranslationDataPreprocessor

# The submodule of EdgeGuidedGenerator whose output the edges are.
EDGE = 'edge'


@MODELS.register_module()
class LayoutPix2Pix(Pix2Pix):
    """Pix2Pix from layouts to photos, with ECGAN's losses, edges and discriminator where wanted.

    With every part off this is MMagic's ``Pix2Pix``, number for number. Parts that train (heads of
    the contrast, label generator) are submodules beside ``generators``; an optimiser reaches them
    by ``modules=['generators', 'label_generator', 'contrast_loss']``.

    A discriminator that takes the layout and groups of images (:class:`contracts.Discriminator`)
    is trained by this project's objective in place of MMagic's cross entropy, and judges edges
    too. With MMagic's ``PatchDiscriminator`` edges have their pixel loss alone.

    Args:
        generator: Config of a network from layout channels to images, such as ``UnetGenerator``.
            Channel counts follow from the data preprocessor here and below, where a config does
            not give them.
        discriminator: Config of ``PatchDiscriminator``, :class:`MultiModalityDiscriminator` or
            their like; None for inference only.
        data_preprocessor: Config of :class:`TranslationDataPreprocessor`.
        default_domain: The target domain.
        reachable_domains: Domains that a generator makes: the target domain.
        related_domains: Target and source domain.
        discriminator_steps: Discriminator updates for each update of the generator.
        disc_init_steps: First iterations, which train the discriminator alone.
        real_img_key: As in ``Pix2Pix``.
        loss_config: ``pixel_loss_weight``.
        gan_loss: Config of MMagic's ``GANLoss`` for a discriminator of layouts; None: hinge.
        feature_matching_loss: Config of the feature matching loss, for such a discriminator.
        label_generator: Config of G_l, needed by ``similarity_loss``.
        similarity_loss: Config of the similarity loss on S' = G_l(fake).
        label_loss_weight: Weight of the label generator's cross entropy on photos; 0 is off.
        contrast_loss: Config of pixel contrast or multi-scale contrast. Its ``feature_names`` are
            submodules of the generator; without them the finest skip blocks of the U-Net.
        edge_generator: Config of G_e, see :class:`EdgeGuidedGenerator`; needs ``edge`` in the
            samples.
        edge_transfer: Config of G_t; needs ``edge_generator``.
        edge_feature: Submodule of the generator from whose output the edges are generated; None:
            the finest skip block of the U-Net.
        edge_loss_weight: Weight of the pixel loss of edges.

    Raises:
        ConfigError: Parts contradict each other.
    """

    def __init__(
        self,
        generator: dict,
        discriminator: dict | None,
        data_preprocessor: dict,
        default_domain: str = 'img',
        reachable_domains: Sequence[str] = ('img',),
        related_domains: Sequence[str] = ('img', 'layout'),
        discriminator_steps: int = 1,
        disc_init_steps: int = 0,
        real_img_key: str = 'real_img',
        loss_config: dict | None = None,
        gan_loss: dict | None = None,
        feature_matching_loss: dict | None = None,
        label_generator: dict | None = None,
        similarity_loss: dict | None = None,
        label_loss_weight: float = 1.0,
        contrast_loss: dict | None = None,
        edge_generator: dict | None = None,
        edge_transfer: dict | None = None,
        edge_feature: str | None = None,
        edge_loss_weight: float = 10.0,
    ) -> None:
        preprocessor = _layout_preprocessor(data_preprocessor)
        channels = preprocessor.layout_channels
        if edge_generator is not None:
            generator = dict(
                type='EdgeGuidedGenerator',
                generator=generator,
                edge_generator=edge_generator,
                edge_transfer=edge_transfer,
                edge_feature=edge_feature,
            )
        elif edge_transfer is not None:
            raise ConfigError(f'edge_transfer {edge_transfer} needs an edge_generator, got None')
        super().__init__(
            generator=with_defaults(generator, in_channels=channels),
            discriminator=discriminator
            and with_defaults(discriminator, in_channels=channels + 3, layout_channels=channels),
            default_domain=default_domain,
            reachable_domains=list(reachable_domains),
            related_domains=list(related_domains),
            data_preprocessor=preprocessor,
            discriminator_steps=discriminator_steps,
            disc_init_steps=disc_init_steps,
            real_img_key=real_img_key,
            loss_config=loss_config,
        )
        self.with_edges = edge_generator is not None
        self.edge_loss_weight = edge_loss_weight
        self._build_adversary(gan_loss, feature_matching_loss)
        self.label_generator = build_part(label_generator, num_classes=preprocessor.num_classes)
        self.similarity_loss = build_part(similarity_loss)
        if self.similarity_loss is not None and self.label_generator is None:
            raise ConfigError('similarity_loss needs a label_generator, got None')
        self.label_loss_weight = label_loss_weight
        self.contrast_loss = build_part(contrast_loss)
        if self.contrast_loss is not None:
            network = self._get_target_generator(default_domain)
            names = self.contrast_loss.feature_names or unet_blocks(network)
            self.contrast_loss.build_heads(probe_channels(network, names, channels), names)
        # What an iteration has beside the images that Pix2Pix passes on.
        self._inputs: dict = {}
        self._features: dict[str, Tensor] = {}

    def _build_adversary(self, gan_loss: dict | None, feature_matching_loss: dict | None) -> None:
        """The losses of a discriminator of layouts, if it is one."""
        self.judges_layouts = self.discriminators is not None and contracts.fits(
            self._get_target_discriminator(self._default_domain), contracts.Discriminator
        )
        if not self.judges_layouts and self.discriminators is not None:
            for name, value in dict(
                gan_loss=gan_loss, feature_matching_loss=feature_matching_loss
            ).items():
                if value is not None:
                    kind = type(self._get_target_discriminator(self._default_domain)).__name__
                    raise ConfigError(
                        f'{name} {value} needs a discriminator that takes layouts and images, as '
                        f'MultiModalityDiscriminator does, got {kind}'
                    )
        if self.discriminators is not None:
            names = ('image', 'edge') if self.with_edges else ('image',)
            check_edges_are_judged(self.discriminators, names)
        self.gan_loss = MODELS.build(gan_loss or dict(type='GANLoss', gan_type='hinge'))
        self.feature_matching_loss = build_part(feature_matching_loss)

    def init_weights(self) -> None:
        """Initialise all networks."""
        super().init_weights()
        if self.label_generator is not None:
            unwrap(self.label_generator).init_weights()

    @property
    def _network(self) -> nn.Module:
        """The generator, without the wrapper of a distributed run."""
        return unwrap(self._get_target_generator(self._default_domain))

    # One iteration -------------------------------------------------------------------------------

    def train_step(self, data: dict, optim_wrapper: OptimWrapperDict) -> dict[str, Tensor]:
        """Update discriminator and generator as Pix2Pix does, with the losses that are on.

        Args:
            data: A batch of the data loader.
            optim_wrapper: ``generators`` (also label generator and projection heads) and
                ``discriminators``.

        Returns:
            Every loss term; ``loss`` is the generator's total.
        """
        data = self.data_preprocessor(data, True)
        loss = self.contrast_loss
        names = () if loss is None else unwrap(loss).feature_names
        with capture_features(self._network, [*names, *[EDGE] * self.with_edges]) as features:
            self._inputs, self._features = data['inputs'], features
            try:
                return super().train_step(data, optim_wrapper)
            finally:
                self._inputs, self._features = {}, {}

    def _get_disc_loss(self, outputs: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """L_D of MMagic, or of :func:`objective.discriminator_losses`."""
        if not self.judges_layouts:
            return super()._get_disc_loss(outputs)
        reals, fakes = self._pairs(outputs)
        fakes = {name: fake.detach() for name, fake in fakes.items()}
        weights = objective.pair_weights(list(fakes), 1.0)
        real, fake = self._judge(reals, fakes)
        return self.parse_losses(
            objective.discriminator_losses(
                real, fake, weights, self.gan_loss, self._inputs['layout']
            )
        )

    def _get_gen_loss(self, outputs: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """L_G of MMagic, or of :func:`objective.generator_adversarial_losses`, and the rest."""
        if self.judges_layouts:
            reals, fakes = self._pairs(outputs)
            loss, logs = self.parse_losses(
                dict(
                    **objective.generator_adversarial_losses(
                        *self._judge(reals, fakes),
                        objective.pair_weights(list(fakes), 1.0),
                        self.gan_loss,
                        self.feature_matching_loss,
                        self._inputs['layout'],
                    ),
                    loss_pixel=self.pixel_loss_weight * F.l1_loss(fakes['image'], reals['image']),
                )
            )
        else:
            loss, logs = super()._get_gen_loss(outputs)
        added = self.added_losses(outputs)
        if not added:
            return loss, logs
        more, more_logs = self.parse_losses(added)
        return loss + more, {**logs, **more_logs, 'loss': logs['loss'] + more_logs['loss']}

    def added_losses(self, outputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """The generator's losses that Pix2Pix does not have and no discriminator gives.

        Scalars by name of ``real_<domain>`` and ``fake_<domain>``; empty where all are off.
        """
        reals, fakes = self._pairs(outputs)
        layout, losses = self._inputs['layout'], {}
        if self.with_edges:
            edge_loss = F.l1_loss(fakes['edge'], reals['edge'])
            losses['loss_edge_pixel'] = self.edge_loss_weight * edge_loss
        if self.label_generator is not None:
            losses.update(
                label_losses(
                    self.label_generator,
                    layout,
                    [fakes['image']],
                    reals['image'],
                    self.similarity_loss,
                    self.label_loss_weight,
                )
            )
        if self.contrast_loss is not None:
            losses['loss_contrast'] = self.contrast_loss(
                self._features, layout.labels, ignore_index=layout.num_classes
            )
        return losses

    def _pairs(self, outputs: dict[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Photos and generated images by name; edges only where edges are generated."""
        made = dict(image=outputs[f'fake_{self._default_domain}'])
        if self.with_edges:
            made['edge'] = self._features[EDGE]
        photo = outputs[f'real_{self._default_domain}']
        return objective.image_pairs({**self._inputs, 'image': photo}, made)

    def _judge(self, reals: dict[str, Tensor], fakes: dict[str, Tensor]) -> tuple[dict, dict]:
        discriminator = self._get_target_discriminator(self._default_domain)
        return judge_pairs(discriminator, self._inputs['layout'], reals, fakes)

    # Validation and test -------------------------------------------------------------------------

    def val_step(self, data: dict) -> list[DataSample]:
        """Generate one image (``fake_img``) and, where there are any, edges for each layout."""
        with capture_features(self._network, [EDGE] * self.with_edges) as features:
            samples = super().val_step(data)
        for sample, edge in zip(samples, features.get(EDGE, ())):
            sample.set_tensor_data(dict(fake_edge=self.data_preprocessor.destruct(edge)))
        return samples

    test_step = val_step


def _layout_preprocessor(config: dict) -> TranslationDataPreprocessor:
    preprocessor = MODELS.build(config)
    if not isinstance(preprocessor, TranslationDataPreprocessor):
        raise ConfigError(
            'LayoutPix2Pix needs the data preprocessor TranslationDataPreprocessor, got '
            f'{type(preprocessor).__name__}'
        )
    if preprocessor.coloured:
        raise ConfigError('LayoutPix2Pix takes the channels of layouts: leave out coloured=True')
    return preprocessor
