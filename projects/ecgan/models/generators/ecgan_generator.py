"""The ECGAN generator: trunk, edges, coarse image, final image (arXiv 2003.13898)."""

from collections.abc import Collection

from mmagic.registry import MODELS
from torch import Tensor

from ...errors import ConfigError
from ...structures import AnyLayout, as_layout
from ..parts.building import build_part
from .layout_noise import plain_layout
from .trunk_generator import TrunkGenerator


@MODELS.register_module()
class ECGANGenerator(TrunkGenerator):
    """Edge guided generator, every part a registered module that can be replaced or left out.

    The papers' ladder: trunk and image generator (B1), ``+ edge_generator`` (B2),
    ``+ edge_transfer`` (B3), ``+ semantic_module`` (B4). A part given as ``None`` is left out.
    Sizes that follow from other parts (channels of features and layout) are filled in where a
    part's config does not give them.

    Args:
        layout_channels: Channels N' of the layout.
        num_classes: Semantic classes N.
        base_channels: Width c of the trunk.
        upsampling: Depth of the trunk, see :class:`SPADETrunk`.
        trunk: Config of the shared encoder E; ``SPADETrunk`` where it gives no type.
        image_generator: Config of G_i.
        edge_generator: Config of G_e, or None.
        edge_transfer: Config of G_t, or None; needs the edge generator.
        semantic_module: Config of G_s, or None: the final image is then the coarse one.
        init_gain: Gain of Xavier's normal initialisation.
        noise: Config of noise beside the layout, :class:`LayoutNoise`, or None.

    Raises:
        ConfigError: If there is an edge transfer without an edge generator.
    """

    def __init__(
        self,
        layout_channels: int,
        num_classes: int,
        base_channels: int = 64,
        upsampling: str = 'normal',
        trunk: dict | None = None,
        image_generator: dict | None = None,
        edge_generator: dict | None = None,
        edge_transfer: dict | None = None,
        semantic_module: dict | None = None,
        init_gain: float = 0.02,
        noise: dict | None = None,
    ) -> None:
        super().__init__(layout_channels, base_channels, upsampling, trunk, init_gain, noise)
        if edge_transfer is not None and edge_generator is None:
            raise ConfigError(f'edge_transfer {edge_transfer} needs an edge_generator, got None')
        width = self.trunk.out_channels
        self.edge_generator = build_part(edge_generator, in_channels=width)
        self.image_generator = build_part(
            image_generator or dict(type='ImageGenerator'), in_channels=width
        )
        self.edge_transfer = build_part(edge_transfer)
        self.semantic_module = build_part(
            semantic_module,
            in_channels=width,
            layout_channels=layout_channels,
            num_classes=num_classes,
            with_edge=self.edge_generator is not None,
        )

    def forward(
        self,
        layout: AnyLayout | Tensor,
        return_features: Collection[str] = (),
    ) -> dict[str, Tensor | dict[str, Tensor]]:
        """Generate images from layouts.

        Args:
            layout: Layout object, or a tensor of layout channels ``(N, N', H, W)``.
            return_features: Names of trunk features wanted as well.

        Returns:
            ``image``: final image I'' ``(N, 3, H, W)`` in [-1, 1] (I' where there is no semantic
            preserving module); ``coarse``: I' where it is another tensor, in [-1.73, 1.73];
            ``edge``: I'_e in [-1, 1] where there is an edge generator; ``features``: by name.
        """
        layout = as_layout(layout)
        x, features = self.trunk(self.joined(layout), return_features)
        edge, edge_stages = (None, ()) if self.edge_generator is None else self.edge_generator(x)
        coarse = self.image_generator(x, edge, edge_stages, self.edge_transfer)
        outputs = dict(features=features)
        if self.semantic_module is None:
            outputs['image'] = coarse
        else:
            outputs['image'] = self.semantic_module(x, coarse, edge, plain_layout(layout))
            outputs['coarse'] = coarse
        if edge is not None:
            outputs['edge'] = edge
        return outputs
