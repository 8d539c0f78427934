"""Have the metrics what they need: images enough, classes that fit?"""

from logging import WARNING

from mmengine.hooks import CheckpointHook, EarlyStoppingHook
from mmengine.logging import print_log
from mmengine.runner import Runner

from ...models.parts.unwrap import unwrap
from .loaders import Loader

_PURPOSES = {'val_dataloader': 'the validation', 'test_dataloader': 'the test that follows'}


def check_metrics(runner: Runner, each: Loader) -> None:
    """Ask this project's metrics whether they can measure what a loader gives.

    They are told which results of single classes the run's hooks wait for.

    Raises:
        ConfigError: There are too few images, or the classes do not fit.
    """
    for metric in each.metrics:
        if not hasattr(metric, 'check_count'):
            continue
        dataset = each.loader.dataset
        caution = metric.check_count(len(dataset), f'the {type(dataset).__name__} of {each.name}')
        if caution:
            print_log(f'{_PURPOSES[each.name]} has few images: {caution}', 'current', WARNING)
        if not isinstance(metric, type):
            metric.prepare(unwrap(runner.model), each.loader)
        if hasattr(metric, 'wanted'):
            metric.wanted = awaited_keys(runner) & set(metric.class_keys())


def awaited_keys(runner: Runner) -> set[str]:
    """Results that ``save_best`` and ``monitor`` of a run's hooks name."""
    keys: set[str] = set()
    for hook in runner.hooks:
        if isinstance(hook, CheckpointHook):
            keys |= set(hook.save_best or ())
        elif isinstance(hook, EarlyStoppingHook):
            keys.add(hook.monitor)
    return keys
