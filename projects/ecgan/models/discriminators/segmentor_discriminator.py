"""A segmentor as discriminator (OASIS, arXiv 2012.04781, section 3.1)."""

import copy
from collections.abc import Sequence

from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.model import BaseModule, revert_sync_batchnorm
from torch import Tensor

from ...errors import ConfigError
from ...structures import AnyLayout, as_layout
from ..parts.building import build_of_mmseg
from ..segmentors import find_segmentor_config, to_segmentor_input
from .single_scale import judge_apart


@MODELS.register_module()
class SegmentorDiscriminator(BaseModule):
    """Any mmsegmentation model that gives each pixel a class of the layout, or "generated".

    It sees the image alone; the layout enters by :class:`SegmentationGANLoss`. It judges images and
    not edges, which the model then leaves out: no adversarial loss reaches them. It starts from the
    weights that the segmentor's own ``init_cfg`` names, else from its own initialisation.

    Deviations from the paper: the architecture is the segmentor's, without spectral norm; batches
    of photos and of generated images run apart (:func:`judge_apart`); SyncBN becomes BN.

    Args:
        segmentor: Config of an mmsegmentation model; or a config file or model-zoo name, whose
            ``model`` is taken. The number of classes follows; auxiliary heads are left out.
        num_classes: Classes N of the layout.
        features: Submodules of the segmentor, as ``named_modules`` calls them, whose outputs serve
            feature matching.

    Raises:
        MissingFileError: If there is no such config file.
        ConfigError: If the segmentor has no decode head, or no such submodule.
    """

    judges_edges = False

    def __init__(
        self, segmentor: dict | str, num_classes: int, features: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.features = tuple(features)
        self.segmentor = _build(segmentor, num_classes + 1)

    def forward(self, layout: AnyLayout | Tensor, *groups: Tensor) -> list[list[list[Tensor]]]:
        """Judge images of N layouts.

        Args:
            layout: N layouts; only their number counts.
            *groups: Photos or generated images in [-1, 1], each ``(P * N, 3, H, W)`` with image p
                of layout n at row p * N + n; P may differ.

        Returns:
            Per group one scale: the features and the logits ``(P * N, classes + 1, H, W)``, the
            last channel "generated".
        """
        return judge_apart(
            self.segmentor, self._logits, groups, len(as_layout(layout)), self.features
        )

    def _logits(self, images: Tensor) -> Tensor:
        size = tuple(images.shape[2:])
        meta = {'img_shape': size, 'pad_shape': size, 'ori_shape': size}
        inputs = to_segmentor_input(images, self.segmentor.data_preprocessor)
        return self.segmentor.encode_decode(inputs, [meta] * len(images))


def _build(segmentor: dict | str, channels: int) -> BaseModule:
    """The segmentor with another number of classes."""
    if isinstance(segmentor, str):
        segmentor = Config.fromfile(find_segmentor_config(segmentor)).model
    segmentor = copy.deepcopy(segmentor)
    if 'decode_head' not in segmentor:
        raise ConfigError(
            'discriminator.segmentor is to be an mmsegmentation model with a decode_head, got '
            f'{segmentor.get("type")!r} with {sorted(segmentor)}'
        )
    segmentor['auxiliary_head'] = None
    heads = segmentor['decode_head']
    for head in heads if isinstance(heads, list | tuple) else [heads]:
        head['num_classes'] = channels
        head.pop('out_channels', None)
    return revert_sync_batchnorm(build_of_mmseg(segmentor))
