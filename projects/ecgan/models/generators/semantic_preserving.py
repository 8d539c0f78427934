"""G_s, the semantic preserving module (ECGAN's generator)."""

import torch
from mmagic.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional as F

from ...structures import AnyLayout
from ..layers import LEAKY_SLOPE
from ..layers.indexed_convolution import (
    add_rows,
    check_mode,
    choose_index,
    convolve_layout,
)


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
        layout_mode: ``plain`` convolves all of X; ``indexed`` computes the layout's part of F_c
            once for each distinct 3 x 3 neighbourhood, with the same result; ``auto`` takes the
            faster.
    """

    def __init__(
        self,
        in_channels: int,
        layout_channels: int,
        num_classes: int,
        with_edge: bool = True,
        layout_mode: str = 'auto',
    ) -> None:
        super().__init__()
        self.layout_mode = check_mode(layout_mode)
        channels = in_channels + 3 + (3 if with_edge else 0) + layout_channels
        self.to_classes = nn.Conv2d(channels, num_classes, 3, padding=1)
        self.from_classes = nn.Conv2d(num_classes, channels, 3, padding=1)
        self.to_image = nn.Conv2d(channels, 3, 3, padding=1)

    def forward(
        self,
        x: Tensor,
        coarse: Tensor,
        edge: Tensor | None,
        layout: AnyLayout,
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
        per_class = self._to_classes([x, coarse, *([] if edge is None else [edge])], layout)
        gate = torch.sigmoid(per_class.mean(dim=(2, 3), keepdim=True))
        per_class = torch.addcmul(per_class, per_class, gate)
        # In place where no gradient needs what is overwritten: half the memory of these maps.
        refined = self.from_classes(F.leaky_relu_(per_class, LEAKY_SLOPE))
        return torch.tanh(self.to_image(F.leaky_relu_(refined, LEAKY_SLOPE)))

    def _to_classes(self, parts: list[Tensor], layout: AnyLayout) -> Tensor:
        """F_c = conv(a(concat(parts, S)))."""
        index = choose_index(layout, self.layout_mode)
        if index is None:
            parts = [*parts, layout.one_hot(parts[0].dtype)]
            return self.to_classes(F.leaky_relu_(torch.cat(parts, dim=1), LEAKY_SLOPE))
        # The convolution is linear and a(S) = S, so the layout's part is added from its table.
        x = F.leaky_relu_(torch.cat(parts, dim=1), LEAKY_SLOPE)
        of_parts, of_layout = self.to_classes.weight.split([x.shape[1], layout.num_channels], dim=1)
        table = convolve_layout(index, of_layout, self.to_classes.bias).to(x.dtype)
        rows = add_rows(table, index.lookup_3).view(*index.shape, -1)
        return F.conv2d(x, of_parts, padding=1).add_(rows.permute(0, 3, 1, 2))
