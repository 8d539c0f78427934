"""The stages of the demo: which tool each one runs, on which config, and how long it should take.

The stages are nothing but the project's own tools on its own configs, as a user would call them:
``tools/train.py`` for the segmentor that will judge, ``tools/train.py`` for ECGAN, and
``tools/test.py`` for the report.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Recipe:
    """What the demo trains.

    Attributes:
        segmentor: Config of the segmentor.
        ecgan: Config of ECGAN.
        options: ``--cfg-options`` of each stage, by the stage's name.
        expected_seconds: What each stage takes on two cores, for the first estimates.
    """

    segmentor: Path
    ecgan: Path
    options: dict[str, dict[str, object]]
    expected_seconds: dict[str, float]


@dataclass(frozen=True)
class Stage:
    """One call of a tool.

    Attributes:
        name: Key in the state and name of the log.
        title: What the user reads.
        arguments: Tool and config, relative to the repository.
        work_dir: Folder of its results.
        options: ``--cfg-options``.
        expected_seconds: For the first estimate of the time left.
        needs: Names of earlier stages whose results go in.
        checkpoint_of: Work dir whose newest checkpoint is an argument; None: there is none.
        segmentor: Config of the segmentor that the evaluators have to be given; None: none.
        segmentor_dir: Work dir of that segmentor.
    """

    name: str
    title: str
    arguments: tuple[str, ...]
    work_dir: Path
    options: dict[str, object]
    expected_seconds: float
    needs: tuple[str, ...] = ()
    checkpoint_of: Path | None = None
    segmentor: Path | None = None
    segmentor_dir: Path | None = None

    @property
    def config(self) -> Path:
        """The config, absolute."""
        return ROOT / self.arguments[1]

    def command(self) -> list[str]:
        """The command line, now that earlier stages are done.

        Raises:
            FileNotFoundError: An earlier stage left no checkpoint.
        """
        options = dict(self.options)
        if self.segmentor_dir is not None:
            checkpoint = last_checkpoint(self.segmentor_dir)
            for key in segmentor_keys(Config.fromfile(self.config, import_custom_modules=False)):
                options[f'{key}.config'] = self.segmentor
                options[f'{key}.checkpoint'] = checkpoint
        command = [sys.executable, '-W', 'ignore', *self.arguments]
        if self.checkpoint_of is not None:
            command.append(str(last_checkpoint(self.checkpoint_of)))
        else:
            command.append('--resume')
        command += ['--work-dir', str(self.work_dir)]
        return command + (
            ['--cfg-options', *(f'{key}={value}' for key, value in options.items())]
            if options
            else []
        )

    def own_key(self) -> str:
        """Hash of what this stage computes: its resolved config and its options."""
        config = Config.fromfile(self.config, import_custom_modules=False).to_dict()
        content = [self.arguments, config, self.options]
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


FULL = Recipe(
    segmentor=Path('configs/segmentor/unet-s3-c16_1xb8-800iters_scenes-64x64.py'),
    ecgan=Path('configs/ecgan/ecgan_base16_1xb4-600iters_scenes-64x64.py'),
    options={
        'segmentor': {},
        'ecgan': {
            'default_hooks.logger.interval': 5,
            'default_hooks.checkpoint.interval': 50,
        },
        'evaluation': {'default_hooks.logger.interval': 1},
    },
    expected_seconds={'segmentor': 60, 'ecgan': 210, 'evaluation': 40},
)

_FEW_SCENES = {
    f'{part}_dataloader.{key}': value
    for part in ('val', 'test')
    for key, value in {'dataset.length': 16, 'num_workers': 0, 'persistent_workers': False}.items()
}
# A few iterations of everything: shows that the way is open, not what ECGAN can do.
SHORT = Recipe(
    segmentor=FULL.segmentor,
    ecgan=FULL.ecgan,
    options={
        'segmentor': {
            'train_cfg.max_iters': 30,
            'train_cfg.val_interval': 30,
            'val_dataloader.dataset.length': 32,
        },
        'ecgan': {
            'train_cfg.max_iters': 4,
            'train_cfg.val_interval': 4,
            'default_hooks.logger.interval': 1,
            **_FEW_SCENES,
        },
        'evaluation': {'default_hooks.logger.interval': 1, **_FEW_SCENES},
    },
    expected_seconds={'segmentor': 25, 'ecgan': 30, 'evaluation': 25},
)


def build_stages(recipe: Recipe, folder: Path) -> list[Stage]:
    """List the stages of a demo.

    Args:
        recipe: What to train.
        folder: Folder of the demo; each stage works below it, the report comes into it.
    """

    def stage(name: str, title: str, *arguments: Path | str, **more: object) -> Stage:
        return Stage(
            name=name,
            title=title,
            arguments=tuple(map(str, arguments)),
            options=recipe.options[name],
            expected_seconds=recipe.expected_seconds[name],
            **{'work_dir': folder / name, **more},
        )

    judge = {'segmentor': recipe.segmentor, 'segmentor_dir': folder / 'segmentor'}
    return [
        stage('segmentor', 'train the segmentor', 'tools/train.py', recipe.segmentor),
        stage(
            'ecgan',
            'train ECGAN',
            'tools/train.py',
            recipe.ecgan,
            needs=('segmentor',),
            **judge,
        ),
        stage(
            'evaluation',
            'evaluate',
            'tools/test.py',
            recipe.ecgan,
            needs=('segmentor', 'ecgan'),
            checkpoint_of=folder / 'ecgan',
            **judge,
        ),
    ]


def last_checkpoint(work_dir: Path) -> Path:
    """The newest checkpoint of a training, also where its folder was moved.

    Raises:
        FileNotFoundError: There is none.
    """
    note = work_dir / 'last_checkpoint'
    if note.is_file():
        path = work_dir / Path(note.read_text().strip()).name
        if path.is_file():
            return path
    raise FileNotFoundError(f'no checkpoint in {work_dir}: begin again with --fresh')


def segmentor_keys(config: Config) -> Iterator[str]:
    """Dotted keys of the places where the evaluators of a config describe the segmentor.

    Args:
        config: Config of the generator.

    Yields:
        Keys such as ``test_evaluator.metrics.0.segmentor``.
    """

    def walk(part: object, path: str) -> Iterator[str]:
        if isinstance(part, dict):
            if 'checkpoint' in part and 'config' in part:
                yield path
            for key, value in part.items():
                yield from walk(value, f'{path}.{key}')
        elif isinstance(part, (list, tuple)):
            for index, value in enumerate(part):
                yield from walk(value, f'{path}.{index}')

    for name in ('val_evaluator', 'test_evaluator'):
        yield from walk(config.get(name), name)
