"""A segmentor as discriminator (OASIS, arXiv 2012.04781, section 3.1)."""

import copy
from collections.abc import Sequence

from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.model import BaseModule, revert_sync_batchnorm
from torch import Tensor

from ...errors import ConfigError
from ..parts.building import build_of_mmseg
from ..segmentors import find_segmentor_config, to_segmentor_input
from .single_scale import SegmentingDiscriminator, judge_apart


@MODELS.register_module()
class SegmentorDiscriminator(SegmentingDiscriminator):
    """Any mmsegmentation model that gives each pixel a class of the layout, or "generated".

    It starts from the weights that the segmentor's own ``init_cfg`` names, else from its own
    initialisation.

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

    def __init__(
        self, segmentor: dict | str, num_classes: int, features: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.features = tuple(features)
        self.segmentor = _build(segmentor, num_classes + 1)

    def judge(self, groups: Sequence[Tensor], num_layouts: int) -> list[list[Tensor]]:
        """The features and the logits of each group."""
        return judge_apart(self.segmentor, self._logits, groups, num_layouts, self.features)

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
