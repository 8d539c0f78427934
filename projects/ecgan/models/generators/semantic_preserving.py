"""G_s, the semantic preserving module (METHOD, generator)."""

import torch
from mmagic.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional as F

from ...structures import DenseLayout, Layout
from ..layers import LEAKY_SLOPE


@MODELS.register_module()
class SemanticPreservingModule(BaseModule):
    """From features, coarse image, edges and layout to the final image I''.

    X = concat(F, I', I'_e, S); F_c = conv(a(X)) with one channel a class;
    F_c' = F_c * sigmoid(global average of F_c) + F_c; X' = conv(a(F_c')) with X's channels;
    I'' = tanh(conv(a(X'))); a = leaky ReLU 0.2, all convolutions 3 x 3. Without an edge generator
    I'_e is left out of X.

    Args:
        in_channels: Channels C of F.
        layout_channels: Channels N' of the layout.
        num_classes: N, the channels of F_c.
        with_edge: Whether X holds the generated edges.
    """

    def __init__(
        self, in_channels: int, layout_channels: int, num_classes: int, with_edge: bool = True
    ) -> None:
        super().__init__()
        channels = in_channels + 3 + (3 if with_edge else 0) + layout_channels
        self.to_classes = nn.Conv2d(channels, num_classes, 3, padding=1)
        self.from_classes = nn.Conv2d(num_classes, channels, 3, padding=1)
        self.to_image = nn.Conv2d(channels, 3, 3, padding=1)

    def forward(
        self,
        x: Tensor,
        coarse: Tensor,
        edge: Tensor | None,
        layout: Layout | DenseLayout,
    ) -> Tensor:
        """Refine the coarse image.

        Args:
            x: Trunk features F ``(N, C, H, W)``.
            coarse: I' ``(N, 3, H, W)``.
            edge: I'_e ``(N, 3, H, W)``, or None where there is no edge generator.
            layout: Layout of the same height and width.

        Returns:
            I'' of shape ``(N, 3, H, W)`` in [-1, 1].
        """
        parts = [x, coarse, *([] if edge is None else [edge]), layout.one_hot(x.dtype)]
        per_class = self.to_classes(F.leaky_relu(torch.cat(parts, dim=1), LEAKY_SLOPE))
        gate = torch.sigmoid(per_class.mean(dim=(2, 3), keepdim=True))
        per_class = torch.addcmul(per_class, per_class, gate)
        refined = self.from_classes(F.leaky_relu(per_class, LEAKY_SLOPE))
        return torch.tanh(self.to_image(F.leaky_relu(refined, LEAKY_SLOPE)))
