"""Every mix of parts trains: two iterations of the recipe itself."""

import json
import math

import fresh_process
import pytest

# Laid over a recipe: short, and measured without the weights of a segmentor.
TRIAL = """
_base_ = {recipe!r}
train_dataloader = dict(num_workers=0, persistent_workers=False)
val_dataloader = dict(num_workers=0, persistent_workers=False, dataset=dict(length=2))
val_evaluator = dict(_delete_=True, type='Evaluator', metrics=[dict(type='PairedSSIM')])
test_evaluator = val_evaluator
train_cfg = dict(max_iters=2, val_interval=2)
default_hooks = dict(logger=dict(interval=1), checkpoint=dict(save_best=None))
"""


@pytest.mark.slow
def test_mixes_train(repo_root, tmp_path):
    recipes = sorted((repo_root / 'configs/mixes').glob('*.py'))
    assert len(recipes) >= 4
    for recipe in recipes:
        work_dir, log = tmp_path / recipe.stem, tmp_path / f'{recipe.stem}.log'
        trial = tmp_path / recipe.name
        trial.write_text(TRIAL.format(recipe=str(recipe)))
        argv = [str(trial), '--work-dir', str(work_dir)]
        code = fresh_process.run(
            fresh_process.run_script, 'tools/train.py', argv, log=log, timeout=600
        )
        assert code == 0, f'{recipe.stem}: {log.read_text()[-2000:]}'
        (scalars,) = work_dir.glob('*/vis_data/scalars.json')
        rows = [json.loads(line) for line in scalars.read_text().splitlines()]
        rows = [row for row in rows if 'loss_gen' in row]
        losses = [value for row in rows for key, value in row.items() if 'loss' in key]
        assert len(rows) == 2 and losses, recipe.stem
        assert all(math.isfinite(value) and value < 1000 for value in losses), recipe.stem
