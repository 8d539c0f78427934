"""The whole way: scenes as files, pictures of their label maps, segmentors on both, the gain."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.campaign
RECIPE = 'unet-s3-c16_made_1xb8-600iters_scenes-64x64'


def test_scenes_to_usefulness(tmp_path: Path, repo_root: Path) -> None:
    data, out = tmp_path / 'data', tmp_path / 'out'

    def run(*command: str) -> None:
        variables = {**os.environ, 'ECGAN_DATA_DIR': str(data)}
        done = subprocess.run(
            [sys.executable, *command], cwd=repo_root, env=variables, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]

    scenes, made = str(data / 'scenes'), str(data / 'made')
    run('tools/dataset_converters/scenes.py', scenes, '--count', '6')
    layouts = ['--layouts', 'recombine', 'flip', 'crop', 'warp', '--copies', '2']
    inputs = [f'{scenes}/labels', '--instances', f'{scenes}/instances']
    run('tools/make_dataset.py', 'scenes', *inputs, '--out', made, *layouts, '--batch', '4')
    run(
        *('tools/analysis_tools/run_recipes.py', '--out', str(out), '--iterations', '40'),
        *('--configs', RECIPE, f'{RECIPE}@all', '--only', 'made'),
        *('--cfg-options', 'test_dataloader.dataset.length=32'),
    )
    rows = [
        [cell.strip() for cell in line.strip('|').split('|')]
        for line in (out / 'usefulness.md').read_text().splitlines()
        if line.startswith('| unet')
    ]
    arms = {row[1]: float(row[3]) for row in rows}
    assert arms.keys() == {'photos', 'photos and made', 'made', 'made first'}
    # Measured: 0.31, 0.3, ...; one label for every pixel reaches 0.03.
    assert min(arms.values()) > 0.1, arms
