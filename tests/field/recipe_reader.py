"""What a training reads: the label maps of the recipe that ``ecgan prepare`` writes."""

import contextlib
import io
from pathlib import Path

import numpy as np
from mmengine.config import Config
from mmengine.registry import DATASETS, init_default_scope

from projects.ecgan.commands import prepare


def read_by_recipe(
    folders: list[Path], classes: Path | None, recipe: Path
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Prepare folders by the command, and read every map as the training would.

    Args:
        folders: Photos and label maps.
        classes: List of classes; None: found.
        recipe: Where the command writes it.

    Returns:
        Ids of each sample by its name, and the names of the classes.
    """
    argv = [*map(str, folders), '--write', str(recipe), '--jobs', '1']
    argv += ['--classes', str(classes)] if classes else []
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        prepare.main(argv)
    config, read = Config.fromfile(recipe), {}
    init_default_scope('mmagic')
    for loader in (config.train_dataloader, config.val_dataloader):
        data_set = DATASETS.build(dict(loader.dataset, pipeline=[dict(type='LoadLabelMap')]))
        read |= {sample['sample_name']: sample['gt_seg_map'] for sample in data_set}
    return read, list(data_set.metainfo['classes'])
