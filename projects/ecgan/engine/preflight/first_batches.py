"""A batch of every loader goes through its pipeline and the data preprocessor."""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.runner import Runner
from torch.utils.data import IterableDataset

from ...errors import ConfigError, UserError, one_line
from ...models.parts.unwrap import unwrap
from ..random_state import capture_random_state, restore_random_state
from .loaders import Loader

_MOST = 8


def load_first_batches(runner: Runner, loaders: Sequence[Loader]) -> Any:
    """Load a batch of each loader in this process, and preprocess it.

    No worker is started, no sampler asked, and random numbers are left as they were: the training
    sees what it would have seen.

    Args:
        runner: The run.
        loaders: Its loaders.

    Returns:
        The training's batch as its collate function made it; None without one.

    Raises:
        ConfigError: A step failed with an error that does not say by itself what is wrong.
        UserError: What a pipeline or the preprocessor says.
    """
    batch = None
    for each in loaders:
        state = capture_random_state()
        try:
            loaded = _load(runner, each)
        except (UserError, OSError, torch.cuda.OutOfMemoryError):
            raise
        except Exception as error:
            raise ConfigError(
                f'{each.name}: its first batch cannot be made: {one_line(error)}'
            ) from error
        finally:
            restore_random_state(state)
        batch = loaded if each.is_training else batch
    return batch


def _load(runner: Runner, each: Loader) -> Any:
    dataset = each.loader.dataset
    if isinstance(dataset, IterableDataset) or (each.metrics and not each.feeds_model):
        return None
    size = min(each.loader.batch_size or 1, _MOST, len(dataset))
    # Spread over the data set.
    samples = [dataset[place * len(dataset) // size] for place in range(size)]
    if not samples:
        return None
    batch = each.loader.collate_fn(samples)
    preprocessor = getattr(unwrap(runner.model), 'data_preprocessor', None)
    if preprocessor is not None and each.feeds_model:
        with torch.no_grad():
            # Preprocessors may change what they are given.
            preprocessor(each.loader.collate_fn(samples), each.is_training)
    return batch
