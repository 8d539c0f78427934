"""Pix2Pix on layouts, with and without ECGAN's parts, and the contrast head, in real runs."""

import json
from pathlib import Path

import fresh_process
import pytest
import torch
from pix2pix_toys import build_optimizers, build_pix2pix
from toolbox_runs import logged, weights

pytestmark = pytest.mark.slow
TRAIN, TEST = 'tools/train.py', 'tools/test.py'
PIX2PIX = 'configs/pix2pix/pix2pix_base16_1xb4-600iters_scenes-64x64.py'
SEGMENTOR = 'configs/segmentor/unet-s3-c16_1xb8-800iters_scenes-64x64.py'
CONTRAST = 'configs/segmentor/unet-s3-c16_contrast_1xb8-800iters_scenes-64x64.py'

# The recipe at width 4 and for few iterations; {more} is changed in its model.
TINY = """
_base_ = '{recipe}'
model = dict(
    generator=dict(base_channels=4), discriminator=dict(base_channels=4), **{more})
fast = dict(batch_size=2, num_workers=0, persistent_workers=False)
train_dataloader = fast
val_dataloader = dict(**fast, dataset=dict(length=3))
test_dataloader = val_dataloader
val_evaluator = dict(_delete_=True, type='Evaluator', metrics=[dict(type='PairedSSIM')])
test_evaluator = {test_evaluator}
train_cfg = dict(max_iters={iterations}, val_interval=2)
# The whole schedule is that of 4 iterations, however far a run goes.
param_scheduler = dict(begin=2, end=4)
default_hooks = dict(
    logger=dict(interval=1), checkpoint=dict(interval=2, save_best=None),
    samples=dict(interval=2, num_samples=2))
del fast
"""
ALL_PARTS = """dict(
    type='LayoutPix2Pix',
    contrast_loss=dict(type='MultiScaleContrastLoss', embedding_channels=8),
    label_generator=dict(type='LabelGenerator', base_channels=8),
    similarity_loss=dict(type='SimilarityLoss'),
    edge_generator=dict(type='EdgeGenerator'),
    edge_transfer=dict(type='AttentionEdgeTransfer'),
)"""


def write_config(path: Path, more: str, iterations: int, test_evaluator: str = 'val_evaluator'):
    recipe = fresh_process.REPO_ROOT / PIX2PIX
    path.write_text(
        TINY.format(recipe=recipe, more=more, iterations=iterations, test_evaluator=test_evaluator)
    )
    return str(path)


def run(script: str, *argv: str, log: Path) -> None:
    argv = list(argv)
    assert fresh_process.run(fresh_process.run_script, script, argv, log=log, timeout=240) == 0, (
        log.read_text()[-3000:]
    )


def write_segmentor(folder: Path) -> Path:
    """Weights for the recipes' segmentor, untrained."""
    from mmengine.config import Config
    from mmengine.registry import DefaultScope
    from mmseg.registry import MODELS

    with DefaultScope.overwrite_default_scope('mmseg'):
        model = MODELS.build(Config.fromfile(fresh_process.REPO_ROOT / SEGMENTOR).model)
    torch.save(dict(state_dict=model.state_dict()), folder / 'segmentor.pth')
    return folder / 'segmentor.pth'


def test_mmagics_pix2pix_trains_is_tested_and_reported(tmp_path: Path) -> None:
    """All the recipe measures, with the grids of the hook and the pictures of the test."""
    segmentor = dict(config=SEGMENTOR, checkpoint=str(write_segmentor(tmp_path)))
    metrics = [
        dict(type='SegmentationFidelity', segmentor=segmentor),
        dict(type='FeatureDistance', network=dict(type='segmentor', **segmentor)),
        dict(type='PairedSSIM'),
        dict(type='PairedPSNR'),
    ]
    evaluator = f'dict(_delete_=True, type="Evaluator", metrics={metrics})'
    config = write_config(tmp_path / 'tiny.py', 'dict()', 2, evaluator)
    work, log = tmp_path / 'work', tmp_path / 'log.txt'
    run(TRAIN, config, '--work-dir', str(work), log=log)
    assert set(logged(work, 'loss_pixel')) == {1, 2}
    grids = sorted(path.name for path in (work / 'samples').iterdir())
    assert grids == ['iter_000000.png', 'iter_000002.png']

    pictures = tmp_path / 'pictures'
    checkpoint = str(work / 'iter_2.pth')
    argv = [config, checkpoint, '--work-dir', str(work), '--save-images', str(pictures)]
    run(TEST, *argv, log=log)
    report = json.loads((work / 'report.json').read_text())
    assert {'mIoU', 'mAcc', 'aAcc', 'SSIM', 'PSNR', 'per_class'} < set(report['generated'])
    assert {'real', 'untrained', 'protocol'} < set(report)
    assert report['protocol']['num_images'] == 3 and report['protocol']['image_size'] == [64, 64]
    assert report['generated']['PSNR'] != report['untrained']['PSNR']
    assert '| SSIM |' in (work / 'report.md').read_text() and (work / 'samples.png').is_file()
    assert len(list(pictures.rglob('*.png'))) == 3


def test_all_parts_resume_exactly(tmp_path: Path) -> None:
    whole, parts, log = tmp_path / 'whole', tmp_path / 'parts', tmp_path / 'log.txt'
    config = write_config(tmp_path / 'whole.py', ALL_PARTS, 4)
    run(TRAIN, config, '--work-dir', str(whole), log=log)
    for term in ('loss_contrast', 'loss_similarity', 'loss_label', 'loss_edge_pixel'):
        assert set(logged(whole, term)) == {1, 2, 3, 4}
    half = write_config(tmp_path / 'half.py', ALL_PARTS, 2)
    run(TRAIN, half, '--work-dir', str(parts), log=log)
    run(TRAIN, config, '--work-dir', str(parts), '--resume', log=log)
    assert 'iter: 2' in log.read_text()
    assert logged(parts) == logged(whole)
    state, resumed = (weights(work / 'iter_4.pth') for work in (whole, parts))
    different = {key for key in state if not torch.equal(state[key], resumed[key])}
    # Pix2Pix validates in training mode, which the resumed run did once less; nothing reads these.
    assert all('running_' in key or 'num_batches_tracked' in key for key in different), different
    assert {key.split('.')[0] for key in state} == {
        'generators', 'discriminators', 'label_generator', 'contrast_loss',
    }  # fmt: skip
    assert state['contrast_loss.step'] == 4
    run(TEST, config, str(whole / 'iter_4.pth'), '--work-dir', str(whole), log=log)
    assert 'SSIM' in json.loads((whole / 'report.json').read_text())['generated']


def steps_of_a_rank(repo_root: Path, folder: Path) -> None:
    """Two iterations of one of two ranks, each with scenes of its own."""
    import torch.distributed as dist
    from ecgan_toys import make_batch
    from mmengine.model import MMSeparateDistributedDataParallel

    dist.init_process_group('gloo')
    rank = dist.get_rank()
    parts = {name: dict(value) for name, value in PARTS.items()}
    model = build_pix2pix(repo_root, seed=rank, **parts)
    optimizers = build_optimizers(repo_root, model)
    model = MMSeparateDistributedDataParallel(model, broadcast_buffers=False)
    before = {name: p.clone() for name, p in model.module.named_parameters()}
    logs = [model.train_step(make_batch(seed=2 * i + rank), optimizers) for i in range(2)]
    moved = {n for n, p in model.module.named_parameters() if not torch.equal(p, before[n])}
    result = dict(
        state={name: p.detach() for name, p in model.module.named_parameters()},
        moved=sorted(moved),
        pixel=float(logs[-1]['loss_pixel']),
    )
    torch.save(result, folder / f'rank_{rank}.pth')
    dist.destroy_process_group()


PARTS = dict(
    contrast_loss=dict(type='MultiScaleContrastLoss', embedding_channels=8),
    label_generator=dict(type='LabelGenerator', base_channels=8),
    similarity_loss=dict(type='SimilarityLoss'),
    edge_generator=dict(type='EdgeGenerator'),
    edge_transfer=dict(type='AttentionEdgeTransfer'),
    discriminator=dict(_delete_=True, type='MultiModalityDiscriminator', base_channels=4),
    feature_matching_loss=dict(type='FeatureMatchingLoss'),
)


def test_two_ranks_stay_one_model(tmp_path: Path, repo_root: Path) -> None:
    log = tmp_path / 'log.txt'
    codes = fresh_process.run_distributed(steps_of_a_rank, repo_root, tmp_path, log=log)
    assert codes == [0, 0], (tmp_path / 'log_0.txt').read_text()[-3000:]
    first, second = (torch.load(tmp_path / f'rank_{rank}.pth') for rank in range(2))
    # They saw different scenes, and each part of either took the same steps.
    assert first['pixel'] != second['pixel']
    apart = [n for n, p in first['state'].items() if not torch.equal(p, second['state'][n])]
    assert apart == []
    assert {name.split('.')[0] for name in first['moved']} == {
        'generators', 'discriminators', 'label_generator', 'contrast_loss',
    }  # fmt: skip


def test_contrast_head_trains_in_mmsegmentation(tmp_path: Path) -> None:
    options = [
        'train_cfg.max_iters=2',
        'train_cfg.val_interval=2',
        'train_dataloader.batch_size=2',
        'val_dataloader.batch_size=2',
        'val_dataloader.dataset.length=2',
        'default_hooks.logger.interval=1',
        'default_hooks.checkpoint.interval=2',
    ]
    work, log = tmp_path / 'work', tmp_path / 'log.txt'
    run(TRAIN, CONTRAST, '--work-dir', str(work), '--cfg-options', *options, log=log)
    assert set(logged(work, 'aux.loss_contrast')) == {1, 2}
    state = weights(work / 'iter_2.pth')
    assert state['auxiliary_head.contrast_loss.step'] == 2
    # What judges scenes does not need it.
    from projects.ecgan.models.segmentors import Segmentor

    config = fresh_process.REPO_ROOT / CONTRAST
    segmentor = Segmentor(str(config), str(work / 'iter_2.pth'))
    assert segmentor(torch.zeros(1, 3, 64, 64, dtype=torch.uint8)).shape == (1, 64, 64)


def test_inference_serves_ecgan_alone(tmp_path: Path) -> None:
    import cv2
    import numpy as np
    from mmengine.config import Config

    cfg = Config.fromfile(fresh_process.REPO_ROOT / PIX2PIX)
    checkpoint, label_map = tmp_path / 'pix2pix.pth', tmp_path / 'map.png'
    torch.save(dict(meta=dict(cfg=cfg.pretty_text), state_dict={}), checkpoint)
    cv2.imwrite(str(label_map), np.zeros((64, 64), np.uint8))
    log = tmp_path / 'log.txt'
    argv = [str(checkpoint), str(label_map), '--out', str(tmp_path / 'out')]
    assert fresh_process.run(fresh_process.run_script, 'tools/infer.py', argv, log=log) == 2
    (line,) = log.read_text().strip().splitlines()[-1:]
    assert line.startswith('error: ') and 'Pix2Pix' in line and 'ECGAN' in line
    assert 'ecgan test --save-images' in line
