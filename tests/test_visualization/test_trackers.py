"""Red pictures, losses and iterations come back from the real TensorBoard, MLflow and W&B."""

import importlib.util
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import fresh_process
import numpy as np
import pytest
import tracked_run
from PIL import Image

pytestmark = pytest.mark.campaign
GRIDS = [0, 2, 4]
LOSSES = {2: 2.0, 4: 4.0}


@pytest.fixture(scope='module')
def site(repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the packages are; '' where they are installed."""
    if all(map(importlib.util.find_spec, ('mlflow', 'wandb'))):
        return ''
    sys.path.insert(0, str(repo_root / 'tests/field'))
    from environments import KEPT, environment

    folder = Path(KEPT) if KEPT else tmp_path_factory.mktemp('trackers')
    python = environment('trackers', folder)
    (packages,) = python.parents[1].glob('lib/python*/site-packages')
    if not (packages / 'wandb').is_dir() or not (packages / 'mlflow').is_dir():
        pytest.skip('MLflow and W&B cannot be installed here')
    return str(packages)


@pytest.fixture
def tracked(tmp_path: Path, site: str) -> Callable[[str], Path]:
    def train(kind: str) -> Path:
        work_dir, log = tmp_path / 'runs' / 'work', tmp_path / 'log.txt'
        work_dir.parent.mkdir()
        status = fresh_process.run(tracked_run.train, str(work_dir), kind, site, log=log)
        assert status == 0, log.read_text()[-3000:]
        return work_dir

    return train


def assert_red(content: bytes | Path) -> None:
    """The final image is the only column of a grid: pure red below its heading."""
    picture = np.asarray(
        Image.open(io.BytesIO(content) if isinstance(content, bytes) else content).convert('RGB')
    )
    assert picture.shape == (22 + 132, 132 + 4, 3)
    assert (picture[22 + 64, 4 + 64] == (255, 0, 0)).all()


def test_tensorboard(tracked: Callable[[str], Path]) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    work_dir = tracked('TensorboardVisBackend')
    folder = next(work_dir.rglob('events.out.tfevents*')).parent
    events = EventAccumulator(str(folder)).Reload()
    assert [event.step for event in events.Images('samples')] == GRIDS
    assert [event.step for event in events.Images('first_batch')] == [0]
    for event in events.Images('samples'):
        assert_red(event.encoded_image_string)
    assert {event.step: event.value for event in events.Scalars('loss')} == LOSSES
    assert [event.value for event in events.Scalars('train_images')] == [4]


def test_mlflow(tracked: Callable[[str], Path]) -> None:
    work_dir = tracked('MLflowVisBackend')
    (losses,) = work_dir.rglob('metrics/loss')
    rows = [line.split() for line in losses.read_text().splitlines()]
    assert {int(step): float(value) for _, value, step in rows} == LOSSES
    run = losses.parents[1]
    pictures = sorted(run.glob('artifacts/samples_*.png'))
    assert [path.name for path in pictures] == [f'samples_{step:06d}.png' for step in GRIDS]
    for path in pictures:
        assert_red(path)
    assert (run / 'artifacts/first_batch_000000.png').is_file()
    assert (run / 'params/label_map.3').read_text() == '1'


def test_wandb(tracked: Callable[[str], Path], site: str, tmp_path: Path) -> None:
    work_dir, rows = tracked('WandbVisBackend'), tmp_path / 'rows.json'
    log = tmp_path / 'read.txt'
    arguments = (tracked_run.read_wandb, str(work_dir), str(rows), site)
    assert fresh_process.run(*arguments, log=log) == 0, log.read_text()[-3000:]
    history = json.loads(rows.read_text())
    assert {row['_step']: row['loss'] for row in history if 'loss' in row} == LOSSES
    grids = {row['_step']: row['samples/path'] for row in history if 'samples/path' in row}
    assert list(grids) == GRIDS
    for name in grids.values():
        (path,) = work_dir.rglob(name)
        assert_red(path)
    assert [row['_step'] for row in history if 'first_batch/path' in row] == [0]
