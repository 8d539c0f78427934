"""Have the metrics what they need: images enough, classes that fit?"""

from mmengine.runner import Runner

from ...models.parts.unwrap import unwrap
from .loaders import Loader

_PURPOSES = {'val_dataloader': 'validation', 'test_dataloader': 'test'}


def check_metrics(runner: Runner, each: Loader) -> None:
    """Ask this project's metrics whether they can measure what a loader gives.

    Raises:
        ConfigError: There are too few images, or the classes do not fit.
    """
    for metric in each.metrics:
        if not hasattr(metric, 'check_count'):
            continue
        metric.check_count(len(each.loader.dataset), f'{_PURPOSES[each.name]} ({each.name})')
        if not isinstance(metric, type):
            metric.prepare(unwrap(runner.model), each.loader)
