"""The same test layouts through all models, side by side."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from mmagic.registry import DATASETS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from ...datasets.palettes import palette_of
from ...visualization import tile_samples, write_image


def draw_grid(folders: Sequence[Path], out: Path, num_layouts: int) -> None:
    """Draw layout, photo and every model's picture; models are numbered as in the table.

    Args:
        folders: Finished runs in the order of the table, with ``images/NAME.png``, which
            ``ecgan test --save-images`` writes, and their configs beside them, as
            ``FOLDER.py``; unfinished ones leave grey tiles.
        out: PNG to write.
        num_layouts: Rows, spread evenly over the test set.
    """
    finished = next(folder for folder in folders if (folder / 'images').is_dir())
    cfg = Config.fromfile(finished.with_suffix('.py'))
    init_default_scope(cfg.get('default_scope', 'mmagic'))
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    indices = np.linspace(0, len(dataset) - 1, min(num_layouts, len(dataset))).round()
    rows = []
    for index in map(int, indices):
        sample = dataset[index]['data_samples']
        row = {key: sample.get(key) for key in ('gt_label_map', 'gt_img')}
        for number, folder in enumerate(folders, 1):
            file = folder / 'images' / f'{sample.sample_name}.png'
            # Asked first, as OpenCV warns of each file that is not there.
            row[str(number)] = cv2.imread(str(file)).transpose(2, 0, 1) if file.is_file() else None
        rows.append(row)
    columns = {'gt_label_map': 'layout', 'gt_img': 'photo'}
    columns.update({str(n): str(n) for n in range(1, len(folders) + 1)})
    preprocessor = cfg.get('model', {}).get('data_preprocessor') or {}
    palette = palette_of(dataset.metainfo, preprocessor.get('num_classes', 0))
    write_image(out, tile_samples(rows, palette, columns))
