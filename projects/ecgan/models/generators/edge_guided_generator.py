"""ECGAN's edge guidance around a generator from elsewhere."""

from mmagic.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import ConfigError
from ..layers import initialize_weights
from ..parts.building import build_part
from ..parts.feature_capture import capture_features
from ..parts.unet_features import probe_channels, unet_blocks


@MODELS.register_module()
class EdgeGuidedGenerator(BaseModule):
    """A generator whose image is gated by edges that are generated from its own features.

    F: a feature of the generator, enlarged to the image's size; (I'_e, .) = G_e(F), see
    :class:`EdgeGenerator`; image = G_t(T, I'_e), see :class:`AttentionEdgeTransfer`, T the
    generator's own image. The gated image reaches 1.73, as ECGAN's coarse image.

    Deviation: in ECGAN the edge generator's stages gate those of the image generator as well. A
    generator from elsewhere has no stages of their shape.

    The edges are the output of the submodule ``edge``: :func:`capture_features` gives them to
    losses and hooks, and the generator still is a network from image to image.

    Args:
        generator: Config of a network from ``(N, in_channels, H, W)`` to ``(N, 3, H, W)``, such as
            MMagic's ``UnetGenerator``.
        in_channels: Channels of what it takes.
        edge_generator: Config of G_e.
        edge_transfer: Config of G_t; None: the edges are generated, and nothing is gated.
        edge_feature: Submodule of the generator whose output is F; None: the finest skip block of
            a U-Net.

    Raises:
        ConfigError: The generator is no U-Net of MMagic, and no feature is named.
    """

    def __init__(
        self,
        generator: dict,
        in_channels: int,
        edge_generator: dict,
        edge_transfer: dict | None = None,
        edge_feature: str | None = None,
    ) -> None:
        super().__init__()
        self.generator = build_part(generator, in_channels=in_channels)
        names = [edge_feature] if edge_feature else unet_blocks(self.generator)[:1]
        if not names:
            raise ConfigError(
                f'{type(self.generator).__name__} has no skip blocks as UnetGenerator has; name in '
                'edge_feature the submodule whose output the edges are generated from'
            )
        ((self.edge_feature, channels),) = probe_channels(
            self.generator, names, in_channels
        ).items()
        self.edge_generator = build_part(edge_generator, in_channels=channels)
        self.edge_transfer = build_part(edge_transfer)
        self.edge = nn.Identity()

    def init_weights(self) -> None:
        """Initialise the generator as it does it, and the edge generator (Xavier normal)."""
        self.generator.init_weights()
        initialize_weights(self.edge_generator)

    def forward(self, x: Tensor) -> Tensor:
        """Generate.

        Args:
            x: What the generator takes, ``(N, in_channels, H, W)``.

        Returns:
            The image ``(N, 3, H, W)``, gated where there is a transfer.
        """
        with capture_features(self.generator, [self.edge_feature]) as features:
            image = self.generator(x)
        feature = F.interpolate(features[self.edge_feature], size=image.shape[-2:], mode='nearest')
        edge, _ = self.edge_generator(feature)
        edge = self.edge(edge)
        return image if self.edge_transfer is None else self.edge_transfer(image, edge)
