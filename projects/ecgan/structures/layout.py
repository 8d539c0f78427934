"""The layout S that conditions every network (ECGAN's notation).

Networks receive a :class:`Layout`, which holds the label map and not its one-hot form: at 184
channels and 256 x 256 pixels the one-hot tensor takes 48 MB an image and says nothing that the
64 kB label map does not. A one-hot tensor is made only inside a layer that asks for it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .nearest import nearest_resize
from .neighbourhoods import NeighbourhoodIndex, index_neighbourhoods

if TYPE_CHECKING:
    from typing_extensions import Self


class AnyLayout(ABC):
    """What the networks need of a layout: channel count, size, resized versions, dense form."""

    def __init__(self) -> None:
        self._resized: dict[tuple[int, int], Self] = {}

    @property
    @abstractmethod
    def num_channels(self) -> int:
        """N', the number of layout channels."""

    @abstractmethod
    def one_hot(self, dtype: torch.dtype = torch.float32) -> Tensor:
        """Dense form ``(N, N', H, W)``.

        Args:
            dtype: Floating point type wanted.
        """

    @property
    @abstractmethod
    def _tensor(self) -> Tensor:
        """A tensor of the layout, N first, height and width last."""

    @abstractmethod
    def _map(self, function: Callable[[Tensor], Tensor]) -> Self:
        """The layout whose tensors are ``function`` of the tensors of this one."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return tuple(self._tensor.shape[-2:])

    @property
    def device(self) -> torch.device:
        """Where the layout lives."""
        return self._tensor.device

    def __len__(self) -> int:
        """Number of layouts."""
        return len(self._tensor)

    def __getitem__(self, index: slice) -> Self:
        """Layouts ``index`` of the batch."""
        return self._map(lambda tensor: tensor[index])

    def resized(self, size: tuple[int, int]) -> Self:
        """The layout at another size, made once per size and always from this one.

        Args:
            size: Height and width wanted.

        Returns:
            Nearest resized layout, source index floor(i * in / out); ``self`` where the size is
            the present one.
        """
        size = tuple(size)
        if size == self.shape:
            return self
        if size not in self._resized:
            self._resized[size] = self._map(lambda tensor: nearest_resize(tensor, size))
        return self._resized[size]


class DenseLayout(AnyLayout):
    """A layout given as a plain tensor of channels, one-hot or soft.

    For use outside this project (any tensor a caller has) and for export.

    Args:
        channels: Layout of shape ``(N, N', H, W)``, floating point.

    Raises:
        ValueError: If ``channels`` is not a floating point tensor with four axes.
    """

    def __init__(self, channels: Tensor) -> None:
        super().__init__()
        if channels.dim() != 4 or not channels.is_floating_point():
            raise ValueError(
                "a dense layout is a floating point tensor of shape (N, N', H, W), got "
                f'{channels.dtype} of shape {tuple(channels.shape)}'
            )
        self.channels = channels

    @property
    def num_channels(self) -> int:
        """N', the number of layout channels."""
        return self.channels.shape[1]

    @property
    def _tensor(self) -> Tensor:
        return self.channels

    def _map(self, function: Callable[[Tensor], Tensor]) -> Self:
        return type(self)(function(self.channels))

    def one_hot(self, dtype: torch.dtype = torch.float32) -> Tensor:
        """The channels, shape ``(N, N', H, W)``."""
        return self.channels.to(dtype)


class Layout(AnyLayout):
    """Label map, instance boundary and channel count of a batch of layouts.

    Channel order of the dense form (ECGAN's notation): one-hot of the ``num_classes`` classes,
    then the unknown channel if there is one, then the instance boundary if there is one.

    Args:
        labels: Class ids, int64 of shape ``(N, H, W)``; 0 .. num_classes - 1, and
            ``num_classes`` for an unknown pixel. Values are checked by the data preprocessor,
            once, where the file name is at hand.
        num_classes: Number of semantic classes.
        with_unknown: Whether unknown pixels have a channel of their own. Without one, an unknown
            pixel is zero in every class channel.
        boundary: Instance boundary, bool of shape ``(N, H, W)``, or None.

    Raises:
        ValueError: If a shape or dtype does not fit.
    """

    def __init__(
        self,
        labels: Tensor,
        num_classes: int,
        with_unknown: bool = False,
        boundary: Tensor | None = None,
    ) -> None:
        super().__init__()
        if labels.dim() != 3 or labels.dtype != torch.int64:
            raise ValueError(
                f'labels must be int64 of shape (N, H, W), got {labels.dtype} '
                f'of shape {tuple(labels.shape)}'
            )
        if boundary is not None and boundary.shape != labels.shape:
            raise ValueError(
                f'boundary {tuple(boundary.shape)} and labels {tuple(labels.shape)} differ in shape'
            )
        self.labels = labels
        self.num_classes = num_classes
        self.with_unknown = with_unknown
        self.boundary = None if boundary is None else boundary.bool()
        self._one_hot: dict[torch.dtype, Tensor] = {}
        self._neighbourhoods: NeighbourhoodIndex | None = None

    @property
    def num_channels(self) -> int:
        """N', the number of layout channels."""
        return self.num_classes + int(self.with_unknown) + int(self.boundary is not None)

    @property
    def _tensor(self) -> Tensor:
        return self.labels

    def _map(self, function: Callable[[Tensor], Tensor]) -> Self:
        boundary = None if self.boundary is None else function(self.boundary)
        return Layout(function(self.labels), self.num_classes, self.with_unknown, boundary)

    @property
    def may_repeat(self) -> bool:
        """Whether its neighbourhoods can repeat at all."""
        return True

    @property
    def valid(self) -> Tensor:
        """Pixels of a known class, bool of shape ``(N, H, W)``."""
        return self.labels < self.num_classes

    def to(self, device: torch.device | str) -> Layout:
        """The layout on ``device``."""
        return self._map(lambda tensor: tensor.to(device))

    @staticmethod
    def stacked(layouts: Sequence[Layout]) -> Layout:
        """One batch of layouts of one size and the same channels."""
        first = layouts[0]
        boundary = None if first.boundary is None else torch.cat([x.boundary for x in layouts])
        labels = torch.cat([layout.labels for layout in layouts])
        return Layout(labels, first.num_classes, first.with_unknown, boundary)

    def one_hot(self, dtype: torch.dtype = torch.float32) -> Tensor:
        """Dense form, made once per dtype.

        Args:
            dtype: Floating point type wanted.

        Returns:
            Tensor of shape ``(N, N', H, W)`` with values 0 and 1.
        """
        if dtype not in self._one_hot:
            batch, height, width = self.labels.shape
            # One channel more than there are classes takes the unknown pixels; it stays only
            # where the layout has an unknown channel.
            dense = torch.zeros(
                batch, self.num_classes + 1, height, width, dtype=dtype, device=self.device
            ).scatter_(1, self.labels.unsqueeze(1), 1)
            parts = [dense if self.with_unknown else dense[:, : self.num_classes]]
            if self.boundary is not None:
                parts.append(self.boundary.unsqueeze(1).to(dtype))
            self._one_hot[dtype] = parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)
        return self._one_hot[dtype]

    def codes(self) -> tuple[Tensor, Tensor]:
        """What each pixel holds as one number, and the layout channels of every number.

        Returns:
            Numbers from 0, int64 ``(N, H, W)``, and their channels ``(V, N')``.
        """
        values = self.labels
        channels = torch.eye(self.num_classes + 1, device=self.device)
        channels = channels[:, : self.num_classes + int(self.with_unknown)]
        if self.boundary is not None:
            values = values * 2 + self.boundary
            flags = torch.arange(2, device=self.device).repeat(len(channels)).unsqueeze(1)
            channels = torch.cat([channels.repeat_interleave(2, dim=0), flags], dim=1)
        return values, channels

    def neighbourhoods(self) -> NeighbourhoodIndex:
        """Index of the distinct neighbourhoods, made once.

        Its size depends on the labels, so on a GPU this waits for the device.
        """
        if self._neighbourhoods is None:
            self._neighbourhoods = index_neighbourhoods(*self.codes())
        return self._neighbourhoods


def as_layout(layout: AnyLayout | Tensor) -> AnyLayout:
    """A layout object as it is; a tensor of layout channels ``(N, N', H, W)`` wrapped."""
    return DenseLayout(layout) if isinstance(layout, Tensor) else layout
