"""The data loaders of a run with the metrics that they feed, built or still configs."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import mmengine.registry as registries
from mmengine.runner import Runner
from torch.utils.data import DataLoader


class Loader(NamedTuple):
    """A data loader of a run.

    Attributes:
        name: ``train_dataloader``, ``val_dataloader`` or ``test_dataloader``.
        loader: The loader; that of a test which follows later loads in this process.
        metrics: Metrics, or their classes where they are not built yet.
        feeds_model: Whether the model gets its batches as they come; loops of several evaluators
            (MMagic's) may give it noise instead.
    """

    name: str
    loader: DataLoader
    metrics: list[Any]
    feeds_model: bool

    @property
    def is_training(self) -> bool:
        """Whether it is the training's."""
        return self.name == 'train_dataloader'


def run_loaders(runner: Runner) -> Iterator[Loader]:
    """All loaders of a training; a test's data are left out where they are the validation's."""
    yield Loader('train_dataloader', runner.train_loop.dataloader, [], True)
    loop = runner._val_loop
    if loop is not None:
        several = hasattr(loop, 'dataloaders')
        loaders = loop.dataloaders if several else [loop.dataloader]
        evaluators = loop.evaluators if several else [loop.evaluator]
        for loader, evaluator in zip(loaders, evaluators):
            yield _loader('val_dataloader', loader, list(evaluator.metrics or ()), several)
    yield from _test_loaders(runner)


def _test_loaders(runner: Runner) -> Iterator[Loader]:
    config, evaluator = runner._test_dataloader, runner._test_evaluator
    if config is None:
        return
    configs = config if isinstance(config, list | tuple) else [config]
    metrics = _metric_classes(evaluator)
    several = str((runner._test_loop or {}).get('type', '')).endswith('MultiTestLoop')
    for each in configs:
        if each == runner._val_dataloader and runner._val_loop is not None:
            loop = runner._val_loop
            loader = (getattr(loop, 'dataloaders', None) or [loop.dataloader])[0]
            # Its batches are looked at already.
            yield Loader('test_dataloader', loader, metrics, False)
        elif isinstance(each, dict):
            apart = dict(each, num_workers=0, persistent_workers=False)
            apart.pop('prefetch_factor', None)
            loader = runner.build_dataloader(apart, seed=runner.seed)
            yield _loader('test_dataloader', loader, metrics, several)


def _loader(name: str, loader: DataLoader, metrics: list[Any], several: bool) -> Loader:
    paired = any(hasattr(metric, 'check_count') for metric in metrics)
    return Loader(name, loader, metrics, paired or not several)


def _metric_classes(evaluator: Any) -> list[Any]:
    """Classes of the metrics of an evaluator's config, in whatever form."""
    if isinstance(evaluator, list | tuple):
        return [kind for each in evaluator for kind in _metric_classes(each)]
    if not isinstance(evaluator, dict):
        return list(getattr(evaluator, 'metrics', None) or ())
    if 'metrics' in evaluator:
        return _metric_classes(evaluator['metrics'])
    kind = evaluator.get('type')
    if isinstance(kind, str):
        own_scope, _, name = kind.rpartition('.')
        with registries.METRICS.switch_scope_and_registry(own_scope or None) as registry:
            kind = registry.get(name)
    return [kind]
