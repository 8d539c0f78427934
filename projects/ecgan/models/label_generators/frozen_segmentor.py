"""Any mmsegmentation model in the place of the label generator, frozen."""

import torch
from mmagic.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from ...errors import ConfigError
from ..segmentors import Segmentor, to_segmentor_input


@MODELS.register_module()
class FrozenSegmentor(BaseModule):
    """A trained segmentor that maps images to layout logits and never changes.

    Gradients reach the image; the weights take none, and batch norm stays in evaluation mode. The
    segmentor has to know the layout's classes in the layout's order. The cross entropy on photos
    has nothing to train here: turn it off (``label_loss_weight=0``).

    Args:
        num_classes: Classes N of the layout.
        config: Segmentor config: a local path or a name of mmsegmentation's model zoo.
        checkpoint: Its weights: a local path or an address. None: the model zoo's.

    Raises:
        MissingFileError: If config or checkpoint cannot be found or fetched.
        ConfigError: If the checkpoint does not fit the config, or the classes the layout.
    """

    def __init__(self, num_classes: int, config: str, checkpoint: str | None = None) -> None:
        super().__init__()
        segmentor = Segmentor(config, checkpoint)
        model = segmentor.model
        if model.num_classes != num_classes or model.out_channels != num_classes:
            raise ConfigError(
                f'segmentor {config} predicts {model.num_classes} classes in {model.out_channels} '
                f'channels, the layout has {num_classes} classes: take a segmentor trained on the '
                "layout's classes"
            )
        self.num_classes = num_classes
        self.segmentor = segmentor

    def init_weights(self) -> None:
        """Keep the weights of the checkpoint."""

    def forward(self, image: Tensor) -> Tensor:
        """Predict layout logits, in float32 also inside autocast.

        Args:
            image: RGB, (N, 3, H, W), in [-1, 1]; a coarse image may exceed it.

        Returns:
            Logits (N, num_classes, H, W).
        """
        model = self.segmentor.model
        size = tuple(image.shape[2:])
        with torch.autocast(image.device.type, enabled=False):
            meta = {'img_shape': size, 'pad_shape': size, 'ori_shape': size}
            inputs = to_segmentor_input(image.float(), model.data_preprocessor)
            return model.encode_decode(inputs, [meta] * len(image))
