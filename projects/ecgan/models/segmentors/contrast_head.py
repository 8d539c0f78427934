"""Contrast losses for the training of any model of mmsegmentation."""

from collections.abc import Sequence

from mmagic.registry import MODELS as MMAGIC_MODELS
from mmengine.model import BaseModule
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor

from ...errors import ConfigError


@MODELS.register_module()
class ContrastHead(BaseDecodeHead):
    """Auxiliary head without a classifier: contrast among pixels of several backbone features.

    Works as ``auxiliary_head`` of any ``EncoderDecoder``. It adds the one term ``loss_contrast``
    to the training (:class:`MultiScaleContrastLoss`) and has no part in predictions.

    Args:
        in_channels: Channels of each feature.
        in_index: Which outputs of the backbone (or neck), the finest first.
        contrast_loss: Config of a contrast loss with as many scales as features.
        ignore_index: Label of unknown pixels.
        init_cfg: As in every module of MMEngine.

    Raises:
        ConfigError: Channels, features and scales differ in number.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        in_index: Sequence[int],
        contrast_loss: dict,
        ignore_index: int = 255,
        init_cfg: dict | None = None,
    ) -> None:
        # The base class' constructor makes a classifier and the loss of its predictions.
        BaseModule.__init__(self, init_cfg)
        if len(in_channels) != len(in_index):
            raise ConfigError(
                f'ContrastHead needs the channels of each feature, got in_channels '
                f'{tuple(in_channels)} for in_index {tuple(in_index)}'
            )
        self._init_inputs(list(in_channels), list(in_index), 'multiple_select')
        self.ignore_index = ignore_index
        self.align_corners = False
        self.feature_names = tuple(f'feature_{index}' for index in self.in_index)
        # The losses are registered with MMagic, whatever the scope of the run.
        self.contrast_loss = MMAGIC_MODELS.build(
            dict(
                _scope_='mmagic',
                feature_names=self.feature_names,
                in_channels=self.in_channels,
                **contrast_loss,
            )
        )

    def forward(self, inputs: Sequence[Tensor]) -> dict[str, Tensor]:
        """Pick features by name, the finest first, of the backbone's outputs ``(N, C, h, w)``."""
        return dict(zip(self.feature_names, self._transform_inputs(inputs)))

    def loss_by_feat(
        self, features: dict[str, Tensor], batch_data_samples: Sequence[SegDataSample]
    ) -> dict[str, Tensor]:
        """Contrast what :meth:`forward` returned: ``loss_contrast``, a scalar."""
        labels = self._stack_batch_gt(batch_data_samples).squeeze(1)
        return dict(loss_contrast=self.contrast_loss(features, labels, self.ignore_index))
