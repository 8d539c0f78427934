"""The page on parts of one's own works as it is printed: files written, command run."""

import json
import os
import re
import shlex
from pathlib import Path

import fresh_process
import pytest
import torch

from projects.ecgan.commands.main import main

FENCE = re.compile(r'^```(\w+)\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def run_in(folder: str, argv: list[str]) -> None:
    """Run the command ``ecgan`` in a folder."""
    os.chdir(folder)
    main(argv)


@pytest.mark.slow
def test_the_page_trains_as_printed(repo_root, tmp_path):
    blocks = FENCE.findall((repo_root / 'docs/write_a_part.md').read_text(encoding='utf-8'))
    for language, text in blocks:
        if language == 'python':
            file = tmp_path / re.match(r'# (\S+\.py)\n', text)[1]
            file.write_text(text, encoding='utf-8')
    (command,) = [text for language, text in blocks if language == 'bash']
    program, *argv = shlex.split(command, comments=True)
    assert program == 'ecgan'
    log = tmp_path / 'log'
    code = fresh_process.run(run_in, str(tmp_path), argv, log=log, timeout=300)
    assert code == 0, log.read_text()[-3000:]

    (work_dir,) = (tmp_path / 'work_dirs').iterdir()
    (scalars,) = work_dir.glob('*/vis_data/scalars.json')
    rows = [json.loads(line) for line in scalars.read_text().splitlines()]
    losses = [row for row in rows if 'loss_gen' in row]
    assert len(losses) == 2
    for name in ('loss_class_pixel', 'loss_gen_feature_matching', 'loss_disc', 'loss_contrast'):
        assert all(0 < row[name] < 1000 for row in losses), name
    state = torch.load(work_dir / 'iter_2.pth', weights_only=False)['state_dict']
    assert state['discriminator.to_prediction.weight'].shape == (1, 32, 3, 3)
    assert not [key for key in state if 'running_mean' in key]


def test_parts_are_as_short_as_the_page_says(repo_root):
    text = Path(repo_root / 'docs/write_a_part.md').read_text(encoding='utf-8')
    classes = FENCE.search(text)[2].split('@MODELS.register_module()\n')[1:]
    assert len(classes) == 3 and all(len(each.splitlines()) <= 30 for each in classes)
