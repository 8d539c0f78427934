"""One update of a recipe, on batches of its own pipeline."""

import time
from statistics import median

import numpy as np
import torch
from mmagic.registry import DATASETS, MODELS
from mmengine.dataset import pseudo_collate
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope

from ...engine.configuration import read_config
from .modes import build_wrappers
from .operations import OperationCounter, count_launches, count_reorders
from .phases import synchronize

NUM_BATCHES = 4
WARMUP = 3


class RecipeUpdate:
    """``train_step`` of a recipe's model: losses, optimisers and moving average as in training.

    Args:
        name: The recipe, see ``ecgan recipes``, or a config file.
        device: Where to compute.
        precision: ``fp32``, or ``bf16`` for autocast to bfloat16.
    """

    def __init__(self, name: str, device: str = 'cpu', precision: str = 'fp32') -> None:
        config = read_config(name)
        self.device = torch.device(device)
        self.autocast = torch.autocast(
            self.device.type, dtype=torch.bfloat16, enabled=precision == 'bf16'
        )
        torch.manual_seed(0)
        np.random.seed(0)
        with DefaultScope.overwrite_default_scope('mmagic'):
            self.model = MODELS.build(config.model.to_dict())
            self.model.init_weights()
            self.model.to(self.device).train()
            self.wrappers = build_wrappers(self.model, config.optim_wrapper.to_dict())
            self.batches = _load_batches(config)
        self.count = 0

    def __call__(self) -> None:
        """One update, of the next batch."""
        with self.autocast:
            self.model.train_step(self.batches[self.count % NUM_BATCHES], self.wrappers)
        self.count += 1


def _load_batches(config) -> list[dict]:
    """Scenes in the size of the recipe, through its transforms but those that read files."""
    loader = config.train_dataloader
    dataset = loader.dataset.to_dict()
    if dataset['type'] != 'ProceduralScenes':
        pipeline = [each for each in dataset['pipeline'] if not each['type'].startswith('Load')]
        size = next(each['scale'][::-1] for each in pipeline if 'scale' in each)
        dataset = dict(type='ProceduralScenes', size=size, pipeline=pipeline)
    samples, size = DATASETS.build(dataset), loader.batch_size
    return [
        pseudo_collate([samples[index * size + place] for place in range(size)])
        for index in range(NUM_BATCHES)
    ]


def count_update(name: str, device: str, precision: str, threads: int, iterations: int) -> dict:
    """Count and time an update of a recipe.

    Args:
        name: The recipe.
        device: Where to compute.
        precision: ``fp32`` or ``bf16``.
        threads: CPU threads.
        iterations: Updates that are timed.

    Returns:
        What :meth:`OperationCounter.report` says; ``launches`` and ``device_milliseconds`` on a
        GPU, ``reorders`` and ``reorder_milliseconds`` on a CPU; medians ``seconds`` and
        ``cpu_seconds`` of an update.
    """
    MMLogger.get_instance('benchmark', log_level='WARNING')
    torch.set_num_threads(threads)
    update = RecipeUpdate(name, device, precision)
    for _ in range(WARMUP):
        update()
    times = []
    for _ in range(iterations):
        start = time.perf_counter(), time.process_time()
        update()
        synchronize(update.device)
        times.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    seconds, cpu_seconds = map(median, zip(*times))
    count_further = count_reorders if update.device.type == 'cpu' else count_launches
    further = count_further(update)
    with OperationCounter() as counter:
        update()
    return dict(
        recipe=name, seconds=seconds, cpu_seconds=cpu_seconds, **further, **counter.report()
    )
