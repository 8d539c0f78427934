"""From packed samples to layouts and images: the one place for value ranges and unknown pixels."""

import torch
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.model import BaseDataPreprocessor
from torch import Tensor

from ...datasets.label_files import UNKNOWN, unknown_id
from ...errors import ConfigError, DataError
from ...structures import Layout

KEYS = ('label', 'boundary', 'generator_label', 'generator_boundary', 'image', 'edge')


@MODELS.register_module()
class LayoutDataPreprocessor(BaseDataPreprocessor):
    """Encodes label maps as :class:`Layout`, scales photos and edges to [-1, 1], on the device.

    Unknown pixels (``ignore_index`` in the label map) become the value ``num_classes``, which is
    the layout's unknown channel and what every loss leaves out.

    Args:
        num_classes: Semantic classes N; label ids are 0 .. N - 1.
        with_unknown: Whether the layout has an unknown channel. Without one, unknown pixels are an
            error.
        with_boundary: Whether the layout has an instance boundary channel.
        ignore_index: Id of unknown pixels in the label maps; None: 255, with more than 255 classes
            65535.
        non_blocking: Whether copies to the device may overlap with computation.
    """

    def __init__(
        self,
        num_classes: int,
        with_unknown: bool = False,
        with_boundary: bool = False,
        ignore_index: int | None = None,
        non_blocking: bool = True,
    ) -> None:
        super().__init__(non_blocking=non_blocking)
        self.num_classes = num_classes
        self.with_unknown = with_unknown
        self.with_boundary = with_boundary
        self.ignore_index = unknown_id(num_classes) if ignore_index is None else ignore_index

    @property
    def layout_channels(self) -> int:
        """N', the channels of the layouts made here."""
        return self.num_classes + int(self.with_unknown) + int(self.with_boundary)

    def forward(self, data: dict, training: bool = False) -> dict:
        """Collate, check, move to the device and encode.

        Args:
            data: ``inputs``: dict of lists, one entry a sample: ``label`` ``(H, W)`` ids,
                ``boundary`` ``(H, W)`` 0/1 (needed with ``with_boundary``), ``image``
                ``(3, H, W)`` BGR in [0, 255] and ``edge`` ``(1, H, W)`` in [0, 255] (both may be
                absent, at inference), ``generator_label`` and ``generator_boundary`` (absent
                unless the generator gets another layout); ``data_samples``: list of
                :class:`DataSample`.
            training: Unused; here for MMEngine's interface.

        Returns:
            ``inputs``: ``layout``, and where given ``image`` and ``edge`` ``(N, 3, H, W)`` in
            [-1, 1], RGB, and ``generator_layout``; ``data_samples``: list of :class:`DataSample`.

        Raises:
            DataError: If a label id is out of range, or shapes in the batch differ.
            ConfigError: If the boundary is missing, or what is unknown for the data set is a class
                here.
        """
        inputs, samples = data['inputs'], self._list_samples(data)
        self._check_labels(inputs['label'], samples)
        warped = 'generator_label' in inputs
        if self.with_boundary and warped and 'generator_boundary' not in inputs:
            raise ConfigError(
                "the generator's own layout has no boundary; place WarpLayout behind "
                'InstanceBoundary in the pipeline'
            )
        batch = {key: self._stack(key, inputs[key], samples) for key in KEYS if key in inputs}
        if self.with_boundary and 'boundary' not in batch:
            raise ConfigError(
                'the layout has an instance boundary channel, but the samples hold no boundary; '
                'add InstanceBoundary to the pipeline or set with_boundary=False'
            )
        batch = self.cast_data(batch)
        encoded = dict(layout=self.encode_layout(batch['label'], batch.get('boundary')))
        if 'generator_label' in batch:
            encoded['generator_layout'] = self.encode_layout(
                batch['generator_label'], batch.get('generator_boundary')
            )
        if 'image' in batch:
            encoded['image'] = self.from_uint8(batch['image'])
        if 'edge' in batch:
            encoded['edge'] = (batch['edge'].float() / 127.5 - 1).expand(-1, 3, -1, -1)
        return dict(inputs=encoded, data_samples=samples)

    @staticmethod
    def from_uint8(image: Tensor) -> Tensor:
        """BGR ``(N, 3, H, W)`` in [0, 255] to RGB in [-1, 1]."""
        return image.flip(1).float() / 127.5 - 1

    @staticmethod
    def to_uint8(image: Tensor) -> Tensor:
        """RGB ``(N, 3, H, W)``, clamped to [-1, 1], to BGR uint8 in [0, 255]."""
        scaled = (image.detach().float().clamp(-1, 1) + 1) * 127.5
        return scaled.round().to(torch.uint8).flip(1)

    @staticmethod
    def _list_samples(data: dict) -> list[DataSample]:
        samples = data.get('data_samples')
        if samples is None:
            return [DataSample() for _ in range(len(data['inputs']['label']))]
        return samples.split() if isinstance(samples, DataSample) else list(samples)

    @staticmethod
    def _name(samples: list[DataSample], index: int) -> str:
        info = samples[index].metainfo
        return str(info.get('seg_map_path') or info.get('sample_name') or f'sample {index}')

    def _stack(self, key: str, values: list[Tensor] | Tensor, samples: list[DataSample]) -> Tensor:
        if isinstance(values, Tensor):
            return values
        shapes = [tuple(value.shape) for value in values]
        if len(set(shapes)) > 1:
            named = ', '.join(f'{self._name(samples, i)}: {s}' for i, s in enumerate(shapes))
            raise DataError(f'{key!r} differs in shape within a batch ({named}); resize or crop')
        return torch.stack(list(values))

    def _check_labels(self, labels: list[Tensor] | Tensor, samples: list[DataSample]) -> None:
        """Stop on ids out of range while the labels are still on the CPU and named."""
        for index, label in enumerate(labels):
            # PyTorch would compare bytes with 65535 as with 255.
            label = label.long()
            self._check_unknown(label, samples, index)
            wrong = (label < 0) | (label >= self.num_classes)
            if self.with_unknown:
                wrong &= label != self.ignore_index
            if wrong.any():
                ids = label[wrong].unique().tolist()
                known = f', or {self.ignore_index} for unknown' if self.with_unknown else ''
                hint = (
                    ''
                    if self.with_unknown or ids != [self.ignore_index]
                    else '; set with_unknown=True for an unknown channel'
                )
                raise DataError(
                    f'{self._name(samples, index)}: label ids {ids} are out of range, allowed are '
                    f'0 to {self.num_classes - 1}{known}{hint}'
                )

    def _check_unknown(self, label: Tensor, samples: list[DataSample], index: int) -> None:
        """Stop where what the data set calls unknown is a class here."""
        unknown = samples[index].metainfo.get('unknown_id', self.ignore_index)
        if UNKNOWN <= unknown < self.num_classes and (label == unknown).any():
            raise ConfigError(
                f'{self._name(samples, index)} holds {unknown}, which is unknown for its data set '
                f'and a class of the model, which has {self.num_classes}: give '
                'LayoutImageDataset its classes (metainfo)'
            )

    def encode_layout(self, label: Tensor, boundary: Tensor | None) -> Layout:
        """The layout of label maps ``(N, H, W)``, and of their boundaries where it has these.

        Ids are not checked here, so that this can be traced.
        """
        label = label.long()
        if self.with_unknown:
            label = label.masked_fill(label == self.ignore_index, self.num_classes)
        return Layout(
            label, self.num_classes, self.with_unknown, boundary if self.with_boundary else None
        )
