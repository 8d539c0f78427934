"""Pictures and results reach MLflow and W&B at their iterations; their packages are stand-ins."""

import sys
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest
from mmagic.visualization import WandbVisBackend as WandbOfMMagic
from mmengine.config import Config
from mmengine.visualization import MLflowVisBackend, WandbVisBackend

RED = np.zeros((4, 4, 3), np.uint8)
RED[..., 0] = 255


class _Wandb(SimpleNamespace):
    """W&B's module as far as it is called: what is logged at which step."""

    def __init__(self) -> None:
        run = SimpleNamespace(step=0)
        super().__init__(run=run, logged=[], init=lambda **settings: run, Image=lambda image: image)

    def log(self, values: dict, step: int | None = None, commit: bool | None = None) -> None:
        assert commit is None and step >= self.run.step, 'W&B would drop this'
        self.run.step = step
        self.logged.append((step, values))


@pytest.mark.parametrize('kind', [WandbVisBackend, WandbOfMMagic])
def test_the_step_of_wandb_is_the_iteration(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, kind: type
) -> None:
    wandb = _Wandb()
    monkeypatch.setitem(sys.modules, 'wandb', wandb)
    backend = kind(save_dir=str(tmp_path / 'run' / 'vis_data'))
    backend.add_image('samples', RED, step=50)
    backend.add_scalars({'loss': 1.0}, step=50)
    backend.add_scalar('lr', 0.1, 60)
    backend.add_scalars({'mIoU': 0.5}, 1)  # a validation that counts epochs
    assert [step for step, _ in wandb.logged] == [50, 50, 60, 60]
    assert [list(values) for _, values in wandb.logged] == [['samples'], ['loss'], ['lr'], ['mIoU']]
    assert wandb.logged[0][1]['samples'] is RED and backend.experiment is wandb


@pytest.mark.parametrize('kind', [WandbVisBackend, WandbOfMMagic])
def test_a_run_without_a_count_of_steps(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, kind: type
) -> None:
    wandb = MagicMock()  # as in MMagic's own tests
    monkeypatch.setitem(sys.modules, 'wandb', wandb)
    kind(save_dir=str(tmp_path / 'run' / 'vis_data')).add_scalar('lr', 0.1, 60)
    wandb.log.assert_called_once_with({'lr': 0.1}, step=60)


@pytest.fixture
def mlflow(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    said: dict[str, Any] = dict(pictures={}, metrics=[], params={})
    module = SimpleNamespace(
        said=said,
        set_tracking_uri=lambda uri: None,
        get_experiment_by_name=lambda name: name,
        set_experiment=lambda name: None,
        log_image=lambda image, name: said['pictures'].__setitem__(name, image),
        log_metric=lambda name, value, step: said['metrics'].append((name, value, step)),
        log_metrics=lambda values, step: said['metrics'].append((values, step)),
        log_params=said['params'].update,
        log_text=lambda text, name: None,
    )
    monkeypatch.setitem(sys.modules, 'mlflow', module)
    monkeypatch.delenv('MLFLOW_ALLOW_FILE_STORE', raising=False)
    return module


def test_each_picture_of_mlflow_is_a_file(tmp_path: Any, mlflow: SimpleNamespace) -> None:
    backend = MLflowVisBackend(save_dir=str(tmp_path))
    backend.add_image('samples', RED, 0)
    backend.add_image('samples', RED, step=400)
    backend.add_image('val/a b.jpg', RED, step=7)
    names = ['samples_000000.png', 'samples_000400.png', 'val/a b_000007.jpg']
    assert list(mlflow.said['pictures']) == names


def test_mlflow_takes_names_of_any_class_and_configs_with_numbers_as_keys(
    tmp_path: Any, mlflow: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = MLflowVisBackend(save_dir=str(tmp_path))
    backend.add_config(Config(dict(data=dict(label_map={3: 1}), work_dir=str(tmp_path))))
    assert mlflow.said['params']['data.label_map.3'] == 1
    backend.add_scalars({'generated/IoU.car (old)': 0.5}, step=3)
    backend.add_scalar('a,b', 1, 4)
    assert mlflow.said['metrics'] == [({'generated/IoU.car _old_': 0.5}, 3), ('a_b', 1, 4)]


def test_mlflow_may_write_into_folders(
    tmp_path: Any, mlflow: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    MLflowVisBackend(save_dir=str(tmp_path)).add_scalar('a', 1)
    assert os.environ['MLFLOW_ALLOW_FILE_STORE'] == 'true'
