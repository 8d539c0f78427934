"""Does a generated image show the layout it was made from? mIoU by an independent segmentor."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from mmagic.registry import METRICS
from mmengine.logging import MMLogger, print_log
from prettytable import PrettyTable
from torch import Tensor, nn
from torch.utils.data import DataLoader

from ..datasets.label_files import unknown_id
from ..errors import ConfigError
from ..models.segmentors import Segmentor
from .class_areas import class_areas, class_scores, missing_classes
from .label_mapping import LabelMapping, build_label_mapping, ignored_ids
from .layout_metric import LayoutMetric

SOURCES = ('generated', 'real')
MEANS, OF_CLASSES = ('mIoU', 'mAcc', 'aAcc'), ('IoU', 'Acc')
SOURCE_FIELDS = {'generated': 'fake_img', 'coarse': 'fake_coarse', 'real': 'gt_img'}


@METRICS.register_module()
class SegmentationFidelity(LayoutMetric):
    """Agreement between the layout and a segmentor's view of the image.

    Result keys are ``{source}/mIoU``, ``{source}/mAcc`` and ``{source}/aAcc`` in 0..1, for each
    source: ``generated`` (``fake_img``), ``coarse`` (``fake_coarse``) and ``real`` (``gt_img``).
    Areas are summed over the data set, then divided; unknown pixels are left out everywhere, and
    what a class without pixels means is said in
    :mod:`~projects.ecgan.evaluation.class_areas`. Real images give the upper bound without which
    an mIoU says little; they are the same in every validation and are scored once.

    :attr:`details` holds, per source, the same values and ``per_class``. Those of single classes,
    ``{source}/IoU.{class}`` and ``{source}/Acc.{class}``, are results as well where :attr:`wanted`
    names them.

    Args:
        segmentor: Arguments of :class:`~projects.ecgan.models.segmentors.segmentor.Segmentor`.
        label_mapping: Name for :func:`~projects.ecgan.evaluation.label_mapping.
            build_label_mapping`; ``identity`` takes its number of classes from the segmentor.
        sources: Which images are scored.
        ignore_index: Value of pixels of ``gt_label_map`` that are left out, or several values,
            beside those that are unknown (255, with more than 255 ids 65535); None: that alone. The
            id of a class leaves that class out of every mean and table.
        prefix: Put before every result key.

    Attributes:
        wanted: Keys of single classes (:meth:`class_keys`) that are to be among the results.

    Raises:
        ConfigError: If the segmentor's number of classes is not that of the label mapping.
    """

    def __init__(
        self,
        segmentor: dict,
        label_mapping: str = 'identity',
        sources: Sequence[str] = SOURCES,
        ignore_index: int | Sequence[int] | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(prefix=prefix)
        unknown = set(sources) - set(SOURCE_FIELDS)
        if unknown:
            raise ConfigError(
                f'sources has {sorted(unknown)}; choose among {sorted(SOURCE_FIELDS)}.'
            )
        self.sources = tuple(sources)
        self.segmentor = Segmentor(**segmentor)
        self.mapping = self._build_mapping(label_mapping)
        self.ignore_index = ignore_index
        if ignore_index is None:
            self.ignore_index = unknown_id(len(self.mapping.targets))
        self.wanted: set[str] = set()
        self._real_scores: dict | None = None
        self._real_dataset: object = None
        self._label_pixels = 0

    @property
    def scored(self) -> list[int]:
        """The segmentor's classes that are not ignored."""
        return self.mapping.scored(self.ignore_index)

    def class_keys(self) -> dict[str, tuple[str, str, int]]:
        """Result keys of single classes, as :attr:`wanted` names them: source, score, class."""
        start = f'{self.prefix}/' if self.prefix else ''
        return {
            f'{start}{source}/{score}.{self.mapping.classes[k]}': (source, score, k)
            for source in self.sources
            for score in OF_CLASSES
            for k in self.scored
        }

    @classmethod
    def _own_keys(
        cls,
        classes: Sequence[str] | None,
        sources: Sequence[str] = SOURCES,
        label_mapping: str = 'identity',
        ignore_index: int | Sequence[int] | None = None,
        **settings: Any,
    ) -> dict[str, str]:
        names = [*MEANS]
        if classes is not None:
            mapping = build_label_mapping(label_mapping, len(classes), classes)
            scored = [mapping.classes[k] for k in mapping.scored(ignore_index)]
            names += [f'{score}.{name}' for score in OF_CLASSES for name in scored]
        return {f'{source}/{name}': 'greater' for source in sources for name in names}

    def _build_mapping(self, name: str, classes: Sequence[str] | None = None) -> LabelMapping:
        found = self.segmentor.num_classes
        mapping = build_label_mapping(name, found, classes)
        if mapping.num_classes != found:
            raise ConfigError(
                f'Segmentor {self.segmentor.config_name} predicts {found} classes, but label '
                f'mapping {name!r} scores {mapping.num_classes}.'
            )
        return mapping

    def prepare(self, module: nn.Module, dataloader: DataLoader) -> None:
        """Bring the segmentor to the model's device and check the data set's classes.

        Raises:
            ConfigError: If the validation set is empty, or ``identity`` meets a data set with
                another number of classes.
        """
        super().prepare(module, dataloader)
        self.segmentor.to(next(module.parameters()).device)
        classes = (getattr(dataloader.dataset, 'metainfo', None) or {}).get('classes')
        if self.mapping.name == 'identity' and classes:
            if len(classes) != self.mapping.num_classes:
                raise ConfigError(
                    f'Segmentor {self.segmentor.config_name} predicts {self.mapping.num_classes} '
                    f'classes, but {type(dataloader.dataset).__name__} has {len(classes)}.'
                )
            self.mapping = self._build_mapping('identity', classes)
        if dataloader.dataset is not self._real_dataset:
            self._real_scores, self._real_dataset = None, dataloader.dataset

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Score a batch.

        Args:
            data_batch: Not used.
            data_samples: For each sample ``gt_label_map`` (H, W) and, for each source, its image
                (3, h, w) uint8 BGR.
        """
        labels = [
            self.mapping(self.field(sample, 'gt_label_map'), self.ignore_index)
            for sample in data_samples
        ]
        rows: list[dict[str, Tensor]] = [{} for _ in data_samples]
        for source in self.sources:
            if source == 'real' and self._real_scores is not None:
                continue
            images = [self.field(sample, SOURCE_FIELDS[source]) for sample in data_samples]
            for row, label, areas in zip(rows, labels, self._score(images, labels)):
                row[source] = areas
                row['label_pixels'] = (label != self.mapping.ignored).sum().cpu()
        self.results.extend(rows)

    def _score(self, images: list[Tensor], labels: list[Tensor]) -> list[Tensor]:
        device = next(self.segmentor.parameters()).device
        predictions: list[Tensor] = []
        shapes = {(image.shape, label.shape) for image, label in zip(images, labels)}
        if len(shapes) == 1:
            stacked = torch.stack(images).to(device)
            predictions.extend(self.segmentor(stacked, tuple(labels[0].shape)))
        else:
            for image, label in zip(images, labels):
                predictions.extend(self.segmentor(image[None].to(device), tuple(label.shape)))
        return [
            class_areas(
                prediction, label.to(device), self.mapping.num_classes, (self.mapping.ignored,)
            )
            for prediction, label in zip(predictions, labels)
        ]

    def compute_metrics(self, rows: list[dict[str, Tensor]]) -> dict[str, float]:
        """Reduce the areas of all samples to mIoU, mAcc and aAcc of every source."""
        self.details = {}
        for source in self.sources:
            if source == 'real' and self._real_scores is not None:
                self.details[source] = self._real_scores
            else:
                self.details[source] = class_scores(sum(row[source] for row in rows), self.scored)
        if 'label_pixels' in rows[0]:
            self._label_pixels = int(sum(row['label_pixels'] for row in rows))
        self.details['label_pixels'] = self._label_pixels
        self._log_per_class()
        self._remark_on_classes()
        values = {
            f'{source}/{key}': self.details[source][key] for source in self.sources for key in MEANS
        }
        for key, (source, score, k) in self.class_keys().items():
            if key in self.wanted:
                value = self.details[source]['per_class'][score][k]
                bare = key.removeprefix(f'{self.prefix}/') if self.prefix else key
                values[bare] = math.nan if value is None else value
        return values

    def _remark_on_classes(self) -> None:
        scored, names = self.scored, self.mapping.classes
        left_out = [name for k, name in enumerate(names) if k not in scored]
        if left_out:
            self.remark(
                f'ignore_index {self.ignore_index} leaves {", ".join(left_out)} out of every mean '
                f'and table: {len(scored)} of {len(names)} classes are scored'
            )
        for source in self.sources:
            for sentence in missing_classes(self.details[source]['per_class'], scored, names):
                self.remark(f'{source}: {sentence}')

    def evaluate(self, size: int | None = None) -> dict[str, float]:
        """Reduce, and keep the scores of the real images for the next validation."""
        values = super().evaluate(size)
        # Set on every rank, so that all ranks leave out the real images from now on.
        self._real_scores = self.details.get('real')
        return values

    def _log_per_class(self) -> None:
        table = PrettyTable(['class', *(f'{source} IoU' for source in self.sources)])
        columns = [self.details[source]['per_class']['IoU'] for source in self.sources]
        for k in self.scored:
            values = ('-' if each[k] is None else f'{each[k]:.4f}' for each in columns)
            table.add_row([self.mapping.classes[k], *values])
        logger = MMLogger.get_current_instance()
        print_log(f'Segmentation fidelity per class:\n{table.get_string()}', logger)

    def protocol(self) -> dict:
        """Segmentor, its input size, the classes scored and the ignore value."""
        return {
            'segmentor': self.segmentor.protocol(),
            'label_mapping': self.mapping.name,
            'classes': [self.mapping.classes[k] for k in self.scored],
            'num_classes': len(self.scored),
            'ignore_index': self.ignore_index,
            'label_pixels': self._label_pixels,
        }

    @staticmethod
    def calculate(
        predictions: Tensor | Sequence[Tensor],
        labels: Tensor | Sequence[Tensor],
        num_classes: int,
        ignore_index: int | Sequence[int] | None = None,
    ) -> dict:
        """Score given label maps; needs no config, no segmentor and no runner.

        Args:
            predictions: Predicted classes, (N, H, W) or a sequence of (H, W). A pixel with one of
                ``ignore_index`` is predicted to be of no class: its true class was not found.
            labels: True classes of the same shapes.
            num_classes: Number of classes.
            ignore_index: Value in ``labels`` that is left out, or several values; None: 255, with
                more than 255 classes 65535. A class among them is in no mean.

        Returns:
            ``mIoU``, ``mAcc``, ``aAcc`` in 0..1, NaN where nothing is left to be averaged, and
            ``per_class`` with lists ``IoU`` and ``Acc`` (None for a class that does not occur or
            is ignored).

        Raises:
            ValueError: If the shapes differ, nothing is given, or a class is out of range.

        Example:
            >>> SegmentationFidelity.calculate(
            ...     torch.tensor([[[0, 1]]]), torch.tensor([[[0, 0]]]), num_classes=2)['aAcc']
            0.5
        """
        ignore_index = unknown_id(num_classes) if ignore_index is None else ignore_index
        total = torch.zeros(4, num_classes, dtype=torch.float64)
        ignored = ignored_ids(ignore_index)
        if not len(labels) or len(predictions) != len(labels):
            raise ValueError(
                f'{len(predictions)} predictions and {len(labels)} label maps: the numbers must be '
                'equal and not zero.'
            )
        for prediction, label in zip(predictions, labels):
            if prediction.shape != label.shape:
                raise ValueError(
                    f'prediction is {tuple(prediction.shape)}, label {tuple(label.shape)}.'
                )
            pixels = torch.cat([prediction.flatten(), label.flatten()]).long()
            known = pixels[~torch.isin(pixels, torch.tensor(ignored, device=pixels.device))]
            if known.numel() and (known.min() < 0 or known.max() >= num_classes):
                raise ValueError(
                    f'Classes run from {known.min()} to {known.max()}, outside 0..'
                    f'{num_classes - 1}.'
                )
            total += class_areas(prediction, label, num_classes, ignored)
        return class_scores(total, [k for k in range(num_classes) if k not in ignored])
