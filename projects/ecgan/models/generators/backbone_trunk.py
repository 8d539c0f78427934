"""Any mmsegmentation backbone in the place of the shared encoder E."""

from collections.abc import Collection
from math import gcd

import torch
from mmagic.registry import MODELS
from mmcv.cnn import ConvModule
from mmengine.logging import print_log
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional as F

from ...compat.safe_checkpoints import safe_load
from ...errors import CheckpointError
from ...structures import AnyLayout
from ...weights import find_weights
from ..layers import LEAKY_SLOPE, initialize_weights
from ..parts.building import build_of_mmseg
from ..parts.probing import (
    POWERS_OF_TWO,
    at_rest,
    check_features,
    check_layout,
    find_divisor,
    probe_size,
)

_GROUP_SIZE = 8


@MODELS.register_module()
class BackboneTrunk(BaseModule):
    """A backbone sees the layout as an image; its stages are merged top-down to features F.

    As in a feature pyramid (arXiv 1612.03144): from the coarsest stage up,
    F_s = merge(lateral(x_s) + up(F_{s+1})) with lateral a 1 x 1 convolution, merge = group norm,
    leaky ReLU, 3 x 3 convolution, and up nearest. The layout itself takes the place of x_s in the
    steps ``up_0``, ``up_1``.. that double the finest stage's resolution until it is the layout's,
    so that F has the layout's borders.

    Deviations from the papers' E: the layout is seen once, at the input, and added at the fine end;
    it does not modulate every layer. No noise comes in, as in the papers' E.

    Args:
        backbone: Config of a module of mmsegmentation's registry (``ResNetV1c``,
            ``MixVisionTransformer``, ``UNet``..) from ``(N, N', H, W)`` to one or more feature
            maps, in any order; ``in_channels`` is filled in. It initialises itself as it does
            there.
        layout_channels: Channels N' of the layout.
        base_channels: Channels c of F; they double with each halving of the resolution up to the
            backbone's finest stage, whose width all stages are merged at.
        checkpoint: Trained weights of the backbone, or of a model that holds one: a local path or
            an address. Those that fit are taken; the first layer, which sees a layout in place of a
            photo, is not among them.

    Raises:
        ConfigError: The backbone takes no layout of a power of two, or a stage's stride is none.
    """

    def __init__(
        self,
        backbone: dict,
        layout_channels: int,
        base_channels: int = 64,
        checkpoint: str | None = None,
    ) -> None:
        super().__init__()
        self.backbone = build_of_mmseg({'in_channels': layout_channels, **backbone})
        self.layout_channels, self.checkpoint = layout_channels, checkpoint
        with at_rest(self.backbone) as copy:

            def stages(size: int) -> tuple[list[int], list[int]]:
                maps = self._fine_to_coarse(copy(torch.zeros(1, layout_channels, size, size)))
                strides = [size / each.shape[-1] for each in maps]
                if any(stride not in POWERS_OF_TWO for stride in strides):
                    raise ValueError(f'its stages have strides {strides}, not all powers of two')
                return [int(s) for s in strides], [each.shape[1] for each in maps]

            self.divisor = find_divisor(stages, type(self.backbone).__name__)
            strides, channels = stages(probe_size(self.divisor))
        self.num_ups = strides[0].bit_length() - 1
        width = base_channels * strides[0]
        # Name, channels of what comes in, channels of what goes out; coarse to fine.
        steps = [(f'stage_{i}', count, width) for i, count in reversed([*enumerate(channels)])]
        steps += [(f'up_{i}', layout_channels, width >> (i + 1)) for i in range(self.num_ups)]
        self.feature_channels = {name: out_channels for name, _, out_channels in steps}
        self.out_channels = base_channels
        self.lateral, self.merge = nn.ModuleDict(), nn.ModuleDict()
        for name, in_channels, out_channels in steps:
            self.lateral[name] = nn.Conv2d(in_channels, width, 1)
            self.merge[name] = _merge(width, out_channels)
            width = out_channels

    @staticmethod
    def _fine_to_coarse(maps: Tensor | Collection[Tensor]) -> list[Tensor]:
        """What a backbone returns, the finest first; a decoder (``UNet``) begins with the coarsest.

        Maps of one size stay in their order.
        """
        maps = [maps] if isinstance(maps, Tensor) else list(maps)
        return sorted(maps, key=lambda each: -each.shape[-1])

    @property
    def feature_names_fine_to_coarse(self) -> list[str]:
        """Names of the merged features: the last step up first, the backbone's last stage last."""
        return list(reversed(self.feature_channels))

    def init_weights(self) -> None:
        """Let the backbone initialise itself and load its checkpoint; Xavier normal for the rest.

        Raises:
            MissingFileError: There is no such checkpoint.
            CheckpointError: It holds nothing that fits.
        """
        if hasattr(self.backbone, 'init_weights'):
            self.backbone.init_weights()
        initialize_weights(self.lateral, gain=1.0)
        initialize_weights(self.merge, gain=1.0)
        if self.checkpoint is not None:
            self._load(self.checkpoint)

    def _load(self, checkpoint: str) -> None:
        path = find_weights(checkpoint, "trunk's backbone", 'trunk.checkpoint')
        content = safe_load(path, map_location='cpu')
        state = content.get('state_dict', content)
        own = self.backbone.state_dict()
        named = {key.removeprefix('backbone.'): value for key, value in state.items()}
        fitting = {k: v for k, v in named.items() if k in own and v.shape == own[k].shape}
        if not fitting:
            raise CheckpointError(f'{path} holds no weights of {type(self.backbone).__name__}')
        self.backbone.load_state_dict(fitting, strict=False)
        drawn = [name for name in own if name not in fitting]
        print_log(f'{len(fitting)} tensors of {path}; not in it: {", ".join(drawn)}', 'current')

    def forward(
        self, layout: AnyLayout, return_features: Collection[str] = ()
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Run the trunk.

        Args:
            layout: Layout ``(N, N', H, W)``.
            return_features: Names of merged features that are wanted as well.

        Returns:
            F of shape ``(N, c, H, W)`` and the wanted features by name.

        Raises:
            ConfigError: The layout or the names are not what the trunk was built for.
        """
        name = type(self.backbone).__name__
        check_layout(layout, self.layout_channels, self.divisor, f'take a shallower {name}')
        check_features(return_features, self.feature_channels)
        dtype, (height, width) = self.lateral['stage_0'].weight.dtype, layout.shape
        inputs = self._fine_to_coarse(self.backbone(layout.one_hot(dtype)))[::-1]
        for scale in (2**i for i in reversed(range(self.num_ups))):
            inputs.append(layout.resized((height // scale, width // scale)).one_hot(dtype))
        x, features = None, {}
        for name, each in zip(self.feature_channels, inputs, strict=True):
            lateral = self.lateral[name](each)
            if x is not None:
                lateral = lateral + F.interpolate(x, size=lateral.shape[-2:], mode='nearest')
            x = self.merge[name](lateral)
            if name in return_features:
                features[name] = x
        return x, features


def _merge(in_channels: int, out_channels: int) -> nn.Module:
    """Group norm in groups of 8 channels, leaky ReLU, 3 x 3 convolution."""
    groups = in_channels // gcd(in_channels, _GROUP_SIZE)
    return ConvModule(
        in_channels,
        out_channels,
        3,
        padding=1,
        bias=True,
        norm_cfg=dict(type='GN', num_groups=groups),
        act_cfg=dict(type='LeakyReLU', negative_slope=LEAKY_SLOPE),
        order=('norm', 'act', 'conv'),
    )
