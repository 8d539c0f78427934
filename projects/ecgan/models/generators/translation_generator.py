"""Any image-to-image generator in the place of ECGAN's."""

from collections.abc import Collection, Sequence

import torch
from mmagic.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from ...errors import ConfigError
from ...structures import AnyLayout, as_layout
from ..parts.building import build_part
from ..parts.feature_capture import capture_features
from ..parts.probing import at_rest, check_layout, find_divisor, probe_size
from ..parts.unet_features import unet_blocks


@MODELS.register_module()
class TranslationGenerator(BaseModule):
    """I = network(S): the layout's channels are the image that is translated.

    For networks such as MMagic's ``UnetGenerator`` (pix2pix) and ``ResnetGenerator`` (CycleGAN).
    The network initialises itself as it does in its own toolbox. It is tried on small layouts while
    it is built, which finds the sizes that it takes and the channels of its features.

    Args:
        network: Config of a module from ``(N, N', H, W)`` to ``(N, 3, H, W)`` in [-1, 1];
            ``in_channels`` and ``out_channels`` are filled in.
        layout_channels: Channels N' of the layout.
        features: Submodules whose outputs serve as features for the losses, fine to coarse, as
            ``named_modules`` of the network calls them; None: the skip blocks of a U-Net.
        divisor: Heights and widths are multiples of it; None finds the smallest power of two.

    Raises:
        ConfigError: The network returns something else, or there is no such submodule.
    """

    def __init__(
        self,
        network: dict,
        layout_channels: int,
        features: Sequence[str] | None = None,
        divisor: int | None = None,
    ) -> None:
        super().__init__()
        self.network = build_part(network, in_channels=layout_channels, out_channels=3)
        self.layout_channels = layout_channels
        features = tuple(unet_blocks(self.network) if features is None else features)
        self.feature_names_fine_to_coarse = features
        name = type(self.network).__name__
        with at_rest(self.network) as copy:

            def attempt(size: int) -> None:
                image = copy(torch.zeros(1, layout_channels, size, size))
                found = tuple(image.shape) if isinstance(image, Tensor) else type(image).__name__
                if found != (1, 3, size, size):
                    raise ValueError(f'it returns {found} in place of (1, 3, {size}, {size})')

            self.divisor = find_divisor(attempt, name) if divisor is None else divisor
            with capture_features(copy, features) as outputs:
                attempt(probe_size(self.divisor))
        silent = [each for each in features if each not in outputs]
        if silent:
            raise ConfigError(f'submodules {silent} of {name} take no part in its forward pass')
        self.feature_channels = {each: outputs[each].shape[1] for each in reversed(features)}

    def forward(
        self, layout: AnyLayout | Tensor, return_features: Collection[str] = ()
    ) -> dict[str, Tensor | dict[str, Tensor]]:
        """Generate images from layouts.

        Args:
            layout: Layout object, or a tensor of layout channels ``(N, N', H, W)``.
            return_features: Names of features wanted as well.

        Returns:
            ``image`` ``(N, 3, H, W)``, and ``features`` by name.

        Raises:
            ConfigError: The layout or the names are not what the generator was built for.
        """
        layout = as_layout(layout)
        name = type(self.network).__name__
        check_layout(layout, self.layout_channels, self.divisor, f'take a shallower {name}')
        unknown = sorted(set(return_features) - set(self.feature_channels))
        if unknown:
            raise ConfigError(
                f'no feature {unknown}, there are {list(self.feature_names_fine_to_coarse)}; '
                "name it in the generator's features"
            )
        dtype = next(self.network.parameters()).dtype
        with capture_features(self.network, return_features) as features:
            image = self.network(layout.one_hot(dtype))
        return dict(image=image, features=features)
