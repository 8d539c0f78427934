"""A result with its protocol: what was measured, how, and on what it compares.

``report.json`` holds

* ``protocol``: checkpoint and its SHA-256, config, data set, number of images, segmentor with its
  input size, classes scored, ignore value, feature network, precision, package versions;
* ``generated``, ``coarse`` (if asked for), ``real`` and ``untrained``: metric -> value, scores in
  0..1, and ``per_class``: class -> ``IoU`` and ``Acc``. A number that does not exist is null, as is
  an infinite one;
* ``remarks``: sentences on the numbers, such as why one is null or of how few images it is;
* ``evaluation_seconds``, and what :func:`update_report` added.

Any model will do whose ``test_step`` returns samples with ``fake_img``.
"""

import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import get_world_size, is_main_process
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from ..datasets.palettes import palette_of
from ..models.parts.unwrap import unwrap
from ..recipes.names import PREFIX, configs_folder
from ..reports import write_report
from ..version import TOOLBOX_PACKAGES, __version__, package_versions
from ..weights import cached_path, file_sha256
from .layout_metric import LayoutMetric

SECTIONS = ('generated', 'coarse', 'real')
PACKAGES = ('torch', 'torchvision', *TOOLBOX_PACKAGES)


class ResultRecorder(Hook):
    """Keeps the metrics of a test loop, which MMagic's does not return, and its first samples."""

    priority = 'LOWEST'

    def __init__(self, num_samples: int) -> None:
        self.num_samples = num_samples
        self.metrics: dict[str, float] = {}
        self.samples: list = []
        self.continued: list[str] = []

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Keep what changed in the config in the course of the training."""
        self.continued = checkpoint.get('meta', {}).get('continued', [])

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Keep the first samples."""
        room = self.num_samples - len(self.samples)
        self.samples.extend(list(outputs or ())[:room])

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Keep the metrics."""
        self.metrics = dict(metrics or {})


def loop_metrics(runner: Runner) -> list[BaseMetric]:
    """All metrics of a runner's test loop."""
    loop = runner.test_loop
    evaluators = getattr(loop, 'evaluators', None) or [loop.evaluator]
    return [metric for evaluator in evaluators for metric in evaluator.metrics or ()]


def can_report(runner: Runner) -> bool:
    """Whether the test loop measures generated images (and not, say, a segmentor's training)."""
    return any(isinstance(metric, LayoutMetric) for metric in loop_metrics(runner))


def _sections(metrics: dict[str, float]) -> dict[str, dict]:
    """``generated/mIoU`` -> ``['generated']['mIoU']``; without a source it is of the generated."""
    sections: dict[str, dict] = {}
    for key, value in metrics.items():
        parts = key.split('/')
        source = next((part for part in parts if part in SECTIONS), 'generated')
        name = '/'.join(part for part in parts if part != source)
        sections.setdefault(source, {})[name] = value
    return sections


def _add_per_class(sections: dict[str, dict], metrics: Sequence[BaseMetric]) -> None:
    for metric in metrics:
        if not isinstance(metric, LayoutMetric):
            continue
        for source, values in metric.details.items():
            if source not in sections or 'per_class' not in values:
                continue
            columns, classes = values['per_class'], metric.mapping.classes
            name = '/'.join(filter(None, (metric.prefix, 'per_class')))
            sections[source][name] = {
                classes[k]: {score: column[k] for score, column in columns.items()}
                for k in metric.scored
            }


def _remarks(metrics: Sequence[BaseMetric]) -> list[str]:
    said = (metric.remarks for metric in metrics if isinstance(metric, LayoutMetric))
    return list(dict.fromkeys(sentence for remarks in said for sentence in remarks))


def _num_images(runner: Runner) -> int:
    """How many images were measured, which may be fewer than the data set holds."""
    loop = runner.test_loop
    evaluators = getattr(loop, 'evaluators', None) or [loop.evaluator]
    counts = []
    for loader, evaluator in zip(_loaders(runner), evaluators):
        own = [each for each in evaluator.metrics or () if isinstance(each, LayoutMetric)]
        counts.append(own[0].num_images if own else len(loader.dataset))
    return sum(counts)


def _packages() -> dict[str, str]:
    own = {'python': platform.python_version(), 'ecgan': __version__}
    return {**own, **package_versions(*PACKAGES)}


def _checkpoint_protocol(checkpoint: str | None) -> dict:
    if checkpoint is None:
        return {'checkpoint': None, 'checkpoint_sha256': None}
    remote = checkpoint.startswith(('http://', 'https://'))
    path = cached_path(checkpoint) if remote else Path(checkpoint).expanduser()
    digest = file_sha256(path) if path.is_file() else None
    return {'checkpoint': checkpoint, 'checkpoint_sha256': digest}


def _loaders(runner: Runner) -> list[DataLoader]:
    loop = runner.test_loop
    return getattr(loop, 'dataloaders', None) or [loop.dataloader]


def _config_name(filename: str | None) -> str | None:
    """A recipe found by its name goes by that: the report then names no folder of this machine."""
    if filename is None or not Path(filename).is_relative_to(configs_folder()):
        return filename
    return PREFIX + Path(filename).relative_to(configs_folder()).as_posix()


def build_protocol(runner: Runner, samples: Sequence) -> dict:
    """Say how the numbers of a runner's test loop came about, after its test.

    Some samples tell the size of the images. The parts of a metric with a prefix are below that
    prefix.
    """
    metrics = loop_metrics(runner)
    image = next((sample.get('fake_img') for sample in samples), None)
    model = unwrap(runner.model)
    # Pictures that are there already have no weights.
    device = next((each.device for each in model.parameters()), torch.device('cpu'))
    autocast = getattr(runner.test_loop, 'fp16', False)
    protocol = {
        **_checkpoint_protocol(runner.cfg.get('load_from')),
        **(model.protocol() if hasattr(model, 'protocol') else {}),
        'config': _config_name(runner.cfg.filename),
        'dataset': [type(loader.dataset).__name__ for loader in _loaders(runner)],
        'num_images': _num_images(runner),
        'image_size': list(image.shape[-2:]) if image is not None else None,
        'metrics': [type(metric).__name__ for metric in metrics],
        'precision': f'{device.type} autocast' if autocast else 'float32',
    }
    for metric in metrics:
        if isinstance(metric, LayoutMetric):
            place = protocol.setdefault(metric.prefix, {}) if metric.prefix else protocol
            place.update(metric.protocol())
    protocol['device'] = torch.cuda.get_device_name() if device.type == 'cuda' else device.type
    protocol['processes'] = get_world_size()
    protocol['packages'] = _packages()
    return protocol


@contextmanager
def _only_hook(runner: Runner, hook: Hook) -> Iterator[None]:
    """No other hook may take the numbers of the untrained generator for results; the bar stays."""
    hooks = list(runner.hooks)
    runner.hooks[:] = [hook, *(each for each in hooks if getattr(each, 'shows_progress', False))]
    try:
        yield
    finally:
        runner.hooks[:] = hooks


def _follow(runner: Runner) -> None:
    """Tell the metrics, which the loop prepares but once, that the runner has another model."""
    for metric in loop_metrics(runner):
        if isinstance(metric, LayoutMetric):
            metric.follow(unwrap(runner.model))


def measure_untrained(runner: Runner, seed: int) -> dict[str, float]:
    """Metrics of the test loop with a freshly initialised model.

    The runner's model and the random state are put back afterwards.
    """
    trained, recorder = runner.model, ResultRecorder(0)
    devices = range(torch.cuda.device_count())
    try:
        with torch.random.fork_rng(devices), _only_hook(runner, recorder):
            torch.manual_seed(seed)
            model = runner.build_model(runner.cfg.model)
            if hasattr(model, 'init_weights'):
                model.init_weights()
            runner.model = runner.wrap_model(runner.cfg.get('model_wrapper_cfg'), model)
            _follow(runner)
            runner.test_loop.run()
    finally:
        runner.model = trained
        _follow(runner)
    return recorder.metrics


def evaluate_and_report(
    runner: Runner, untrained_seed: int | None = 0, num_samples: int = 8
) -> dict:
    """Test the runner's model and write ``report.json``, ``report.md`` and ``samples.png``.

    Args:
        runner: Loads the checkpoint itself (``load_from``); the files go into its work dir.
        untrained_seed: Seed of the untrained model that is measured for comparison; None: none.
        num_samples: Rows of the grid.

    Returns:
        The report, complete on the main process.
    """
    started = time.monotonic()
    recorder = ResultRecorder(num_samples)
    runner.register_hook(recorder)
    runner.test()
    sections = _sections(recorder.metrics)
    _add_per_class(sections, loop_metrics(runner))
    report = {'protocol': {}, **sections, 'remarks': _remarks(loop_metrics(runner))}
    if is_main_process():
        report['protocol'] = build_protocol(runner, recorder.samples)
        if recorder.continued:
            report['protocol']['continued'] = recorder.continued
    if untrained_seed is not None:
        print_log(f'Measuring an untrained model (seed {untrained_seed}) ...', 'current')
        untrained = _sections(measure_untrained(runner, untrained_seed))['generated']
        report['untrained'] = {**untrained, 'seed': untrained_seed}
        report['remarks'] += [
            f'untrained: {sentence}'
            for sentence in _remarks(loop_metrics(runner))
            if sentence not in report['remarks']
        ]
    report['evaluation_seconds'] = round(time.monotonic() - started, 1)
    if is_main_process():
        dataset = _loaders(runner)[0].dataset
        preprocessor = getattr(unwrap(runner.model), 'data_preprocessor', None)
        palette = palette_of(
            getattr(dataset, 'metainfo', None) or {}, getattr(preprocessor, 'num_classes', 0)
        )
        write_report(report, Path(runner.work_dir), recorder.samples, palette)
        print_log(f'Report: {Path(runner.work_dir) / "report.md"}', 'current')
    return report
