"""Base of the metrics for semantic image synthesis: one fake per layout, counted exactly once."""

import math
from collections.abc import Mapping, Sequence
from logging import WARNING
from typing import Any

from mmengine.dist import (
    all_gather_object,
    broadcast_object_list,
    get_dist_info,
    is_main_process,
)
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from torch import Tensor, nn
from torch.utils.data import DataLoader

from ..errors import ConfigError


class LayoutMetric(BaseMetric):
    """A metric over the pairs (layout, generated image, real image) of a validation set.

    All metrics of this family share one pass of the generator over the data loader: MMagic's
    ``Evaluator`` groups metrics by :attr:`SAMPLER_MODE` and :attr:`sample_model`.

    A subclass appends exactly one row per sample to ``self.results`` in :meth:`process` and
    reduces all rows in :meth:`compute_metrics`, which also may leave more than the flat result
    (per-class values) in :attr:`details` and says by :meth:`remark` what a reader of the numbers
    has to know. A number that does not exist is NaN, never 0, with such a remark.

    Distributed evaluation is exact. A distributed sampler (MMEngine's, PyTorch's, MMagic's) deals
    samples out in turn, so row ``i`` of rank ``r`` is sample ``i * world_size + r``, and rows at
    or beyond the length of the data set are the repetitions that fill the last round.

    Args:
        prefix: Put before every result key as ``prefix/key``. None: nothing.

    Attributes:
        least_images: A smaller validation set is refused.
        num_images: How many pictures the last results are of.
        details: More of the last results.
        remarks: One sentence each, of the last results. The log says each of them once.
    """

    least_images = 1

    SAMPLER_MODE = 'normal'
    sample_model = 'orig'
    default_prefix = ''

    def __init__(self, prefix: str | None = None) -> None:
        super().__init__(collect_device='cpu', prefix=prefix)
        self.dataset_length: int | None = None
        self.num_images = 0
        self.details: dict = {}
        self.remarks: list[str] = []
        self._said: set[str] = set()

    @classmethod
    def keys(cls, classes: Sequence[str] | None = None, **settings: Any) -> dict[str, str]:
        """Name the result keys of a metric before there is one; no network is built.

        Args:
            classes: Names of the data set's classes: keys that the metric can give for single
                classes are named, too; None: those that it always gives.
            **settings: The metric's arguments.

        Returns:
            Key, with its prefix -> ``'greater'`` or ``'less'``, which of two values is better.
        """
        prefix = settings.pop('prefix', None)
        own = cls._own_keys(classes, **settings)
        return {f'{prefix}/{key}' if prefix else key: rule for key, rule in own.items()}

    @classmethod
    def _own_keys(cls, classes: Sequence[str] | None, **settings: Any) -> dict[str, str]:
        """The keys of :meth:`keys` without a prefix."""
        raise NotImplementedError

    @classmethod
    def check_count(cls, images: int, dataset: str) -> str:
        """Look whether a data set has images enough, before any is made.

        Args:
            images: How many it has.
            dataset: Its name.

        Returns:
            What has to be known where they are few; '' where they are not.

        Raises:
            ConfigError: There are fewer than :attr:`least_images`.
        """
        if images < cls.least_images:
            raise ConfigError(
                f'{cls.__name__} needs at least {cls.least_images} images, and {dataset} holds '
                f'{images}: add some, or take {cls.__name__} out of the metrics.'
            )
        return ''

    def remark(self, sentence: str) -> None:
        """Say what the reader of the numbers has to know: in the log, once, and in the report."""
        self.remarks.append(f'{self.prefix}: {sentence}' if self.prefix else sentence)

    def prepare(self, module: nn.Module, dataloader: DataLoader) -> None:
        """Learn the length of the validation set and the model, which is not wrapped.

        Raises:
            ConfigError: If the validation set is empty, or smaller than :attr:`least_images`.
        """
        dataset = dataloader.dataset
        self.dataset_length = len(dataset)
        if self.dataset_length == 0:
            place = getattr(dataset, 'data_root', None) or 'no data_root'
            raise ConfigError(
                f'{type(self).__name__}: the validation set is empty: '
                f'{type(dataset).__name__} ({place}) holds no samples. Check the paths of '
                'val_dataloader / test_dataloader.'
            )
        self.check_count(self.dataset_length, type(dataset).__name__)
        self.follow(module)

    def follow(self, module: nn.Module) -> None:
        """Take the samples to be those of another model, not wrapped, from now on.

        A loop prepares its metrics once, the report then runs it with an untrained model. It
        matters to metrics that ask the model for more than the loop does.
        """

    def get_metric_sampler(
        self, model: nn.Module, dataloader: DataLoader, metrics: Sequence[BaseMetric]
    ) -> DataLoader:
        """Return the data loader itself: every layout once."""
        return dataloader

    def gather_rows(self) -> list:
        """The rows of all ranks in data set order, each sample once; the same on every rank."""
        world_size = get_dist_info()[1]
        parts = all_gather_object(self.results) if world_size > 1 else [self.results]
        rows = {
            position * world_size + rank: row
            for rank, part in enumerate(parts)
            for position, row in enumerate(part)
        }
        return [rows[index] for index in sorted(rows) if index < self.dataset_length]

    def evaluate(self, size: int | None = None) -> dict[str, float]:
        """Reduce everything processed since the last call.

        Args:
            size: Length of the data set; MMEngine's evaluator passes it, MMagic's does not
                (then :meth:`prepare` has noted it).

        Returns:
            Result key -> value, the same on every rank.

        Raises:
            ConfigError: If nothing was processed.
        """
        if size is not None:
            self.dataset_length = size
        rows = self.gather_rows()
        self.results.clear()
        if not rows:
            raise ConfigError(
                f'{type(self).__name__}: no sample was processed, so there is nothing to evaluate; '
                'the validation set may be empty.'
            )
        self.num_images, self.remarks = len(rows), []
        # Only the main process computes: the others get its numbers, bit for bit.
        outcome = [None, None, None]
        if is_main_process():
            values = self.compute_metrics(rows)
            if self.prefix:
                values = {f'{self.prefix}/{key}': value for key, value in values.items()}
            if len(rows) < self.dataset_length:
                self.remark(
                    f'{len(rows)} of {self.dataset_length} images were measured: the data loader '
                    'leaves out the others (drop_last?)'
                )
            outcome = [values, self.details, self.remarks]
        broadcast_object_list(outcome)
        values, self.details, self.remarks = outcome
        for sentence in self.remarks:
            if sentence not in self._said:
                print_log(sentence, 'current', WARNING)
        self._said.update(self.remarks)
        return values

    def mean(self, rows: Sequence[float], name: str, why: str) -> float:
        """Mean of the rows that are numbers; says how many are not.

        Args:
            rows: Of all images, NaN where one has no value.
            name: What is averaged.
            why: Why an image has no value.

        Returns:
            The mean, NaN where no row is a number.
        """
        numbers = [row for row in rows if not math.isnan(row)]
        if len(numbers) < len(rows):
            missing = f'{len(rows) - len(numbers)} of {len(rows)} images have no {name} ({why})'
            self.remark(f'{missing}, the mean is of the others' if numbers else missing)
        return sum(numbers) / len(numbers) if numbers else math.nan

    def field(self, sample: Mapping, name: str) -> Tensor:
        """An entry of a sample.

        Raises:
            ConfigError: It is not there; says why it may be so.
        """
        if name in sample:
            return sample[name]
        hint = (
            'The data set has no photos (img_dir), which this metric compares with.'
            if name == 'gt_img'
            else 'Does the model have that output, is it among the sources?'
        )
        raise ConfigError(
            f'{type(self).__name__} needs {name!r} in every sample, which holds {sorted(sample)}. '
            + hint
        )

    def protocol(self) -> dict:
        """Say what this metric measures and with which networks (for the report)."""
        return {}
