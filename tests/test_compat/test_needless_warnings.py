"""A training and a metric warn of nothing that their user did not do."""

import logging
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch
import toy_runner
from mmengine.fileio import FileClient
from mmengine.hooks import checkpoint_hook, logger_hook
from mmengine.runner import checkpoint
from mmseg.evaluation import IoUMetric
from mmseg.registry import MODELS

from projects.ecgan.compat import needless_warnings

OF_THE_HOOK = ('"FileClient"', '"HardDiskBackend"')
OF_THE_METRIC = 'The prefix is not set in metric class IoUMetric'


def log_of_a_training(folder: Path, **settings) -> str:
    # The client is made once a process, and warns of its backend then only.
    FileClient._instances.clear()
    runner = toy_runner.build_runner(folder, iterations=2, validate=False, **settings)
    runner.train()
    IoUMetric()
    assert (folder / 'iter_2.pth').is_file()
    (log,) = folder.glob('*/*.log')
    return log.read_text()


def test_stock_toolbox_warns(tmp_path, monkeypatch):
    for module in (checkpoint, checkpoint_hook, logger_hook):
        monkeypatch.setattr(module, 'FileClient', FileClient)
    monkeypatch.setattr(IoUMetric, 'default_prefix', None)
    log = log_of_a_training(tmp_path)
    assert all(text in log for text in (*OF_THE_HOOK, OF_THE_METRIC))


def test_a_training_warns_of_nothing(tmp_path):
    assert 'WARNING' not in log_of_a_training(tmp_path, max_keep_ckpts=1)


def test_a_client_that_is_asked_for_is_made(tmp_path):
    log = log_of_a_training(tmp_path, file_client_args=dict(backend='disk'))
    assert all(text in log for text in OF_THE_HOOK)


def test_results_have_the_names_that_they_had():
    metric = IoUMetric(iou_metrics=['mIoU'])
    metric.dataset_meta = dict(classes=('road', 'sky'))
    label = torch.tensor([[0, 1]])
    areas = metric.intersect_and_union(label, label, 2, 255)
    metric.results = [areas]
    assert metric.evaluate(1) == {'aAcc': 100.0, 'mIoU': 100.0, 'mAcc': 100.0}


def test_a_segmentor_warns_of_nothing():
    import mmseg.models  # noqa: F401  (registers the models)

    head = dict(type='FCNHead', in_channels=2, channels=2, num_classes=3, num_convs=0)
    loss = dict(type='CrossEntropyLoss', loss_weight=0.5, avg_non_ignore=True)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        built = MODELS.build(dict(head, loss_decode=loss, concat_input=False))
    assert built.loss_decode.loss_weight == 0.5


@pytest.mark.slow
def test_an_import_says_nothing():
    code = 'import projects.ecgan, mmseg.datasets; from mmseg.datasets import BaseSegDataset'
    done = subprocess.run([sys.executable, '-W', 'ignore', '-c', code], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b'', b'')


def test_what_is_no_line_for_debugging_is_said(capsys):
    needless_warnings._print_unless_debug('hidden', level=logging.DEBUG)
    needless_warnings._print_unless_debug('seen')
    assert capsys.readouterr().out == 'seen\n'
