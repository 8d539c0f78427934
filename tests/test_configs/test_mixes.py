"""Every mix of parts trains: two iterations of the recipe itself."""

import json
import math

import fresh_process
import pytest

OPTIONS = (
    'train_cfg.max_iters=2',
    'train_cfg.val_interval=1000',
    'train_dataloader.num_workers=0',
    'train_dataloader.persistent_workers=False',
    'default_hooks.logger.interval=1',
    'default_hooks.checkpoint.save_best=None',
    # Without weights of a segmentor.
    'val_evaluator.metrics=[{"type": "PairedSSIM"}]',
)


@pytest.mark.slow
def test_mixes_train(repo_root, tmp_path):
    recipes = sorted((repo_root / 'configs/mixes').glob('*.py'))
    assert len(recipes) >= 4
    for recipe in recipes:
        work_dir, log = tmp_path / recipe.stem, tmp_path / f'{recipe.stem}.log'
        argv = [str(recipe), '--work-dir', str(work_dir), '--cfg-options', *OPTIONS]
        code = fresh_process.run(
            fresh_process.run_script, 'tools/train.py', argv, log=log, timeout=600
        )
        assert code == 0, f'{recipe.stem}: {log.read_text()[-2000:]}'
        (scalars,) = work_dir.glob('*/vis_data/scalars.json')
        rows = [json.loads(line) for line in scalars.read_text().splitlines()]
        losses = [value for row in rows for key, value in row.items() if 'loss' in key]
        assert len(rows) == 2 and losses, recipe.stem
        assert all(math.isfinite(value) and value < 1000 for value in losses), recipe.stem
