"""Bad inputs of every kind as cases: what each is, and what meets it."""

import contextlib
import io
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from bad_inputs import ON_FILES, SETTINGS, SMOKE, spoil, write_photos
from fresh_process import REPO_ROOT
from hostile_checkpoints import FORMS
from mmengine.registry import DefaultScope
from PIL import Image
from tool_modules import load_tool

from projects.ecgan import ECGANInferencer
from projects.ecgan.compat.safe_checkpoints import safe_load
from projects.ecgan.models.label_generators import FrozenSegmentor
from projects.ecgan.painting import read_layout


@dataclass
class Place:
    """What the cases share: a folder of their own, a trained model, its training."""

    folder: Path
    checkpoint: Path
    training: Path
    inferencer: ECGANInferencer


@dataclass
class Case:
    """A bad input: what it is, and what meets it (raises UserError or returns what is said)."""

    title: str
    meet: Callable[[Place], str | None]


def tool(name: str, *argv: str | Path) -> str:
    """Run a tool in this process and give its one line; anything else fails the test."""
    said = io.StringIO()
    # The toolbox's tools give their processes another scope each.
    DefaultScope._instance_dict.clear()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            status = load_tool(name).main([str(word) for word in argv])
        except SystemExit as end:
            status = end.code
    lines = said.getvalue().splitlines()
    # MMEngine logs to stderr; the error is the last line.
    assert status in (1, 2), f'status {status}: {lines[-3:]}'
    assert lines[-1].startswith('error: ') and 'Traceback' not in said.getvalue(), lines[-3:]
    return lines[-1].removeprefix('error: ')


def train(*argv: str | Path, config: str | Path = REPO_ROOT / SMOKE) -> Callable:
    """A case for the training tool; TRAINING, MODEL and FOLDER stand for their paths."""

    def meet(place: Place) -> str:
        words = [str(w).replace('TRAINING', str(place.training)) for w in argv]
        words = [w.replace('MODEL', str(place.checkpoint)) for w in words]
        words = [w.replace('FOLDER', str(place.folder)) for w in words]
        where = [] if '--work-dir' in words else ['--work-dir', str(place.folder / 'work')]
        return tool('train.py', config, *where, *words)

    return meet


def setting(option: str) -> Case:
    return Case(f'`--cfg-options {option}`', train('--cfg-options', option))


def written_config(text: str) -> Callable:
    def meet(place: Place) -> str:
        (path := place.folder / 'mine.py').write_text(text)
        return train(config=path)(place)

    return meet


def photos(spoiled: str | None = None, prepare: Callable[[Path], None] = lambda root: None):
    """A training on photos in folders, one of which is damaged."""

    def meet(place: Place) -> str:
        (root := place.folder / 'data').mkdir()
        write_photos(root)
        spoil(root, spoiled)
        prepare(root)
        (config := place.folder / 'mine.py').write_text(
            ON_FILES.format(smoke=REPO_ROOT / SMOKE, root=root, workers=0)
        )
        return train(config=config)(place)

    return meet


def infer(*argv: str, prepare: Callable[[Path], None] = lambda folder: None) -> Callable:
    def meet(place: Place) -> str:
        prepare(place.folder)
        words = [word.replace('FOLDER', str(place.folder)) for word in argv]
        words = [str(place.checkpoint) if word == 'MODEL' else word for word in words]
        return tool('infer.py', *words, '--out', place.folder / 'out')

    return meet


def label_map(values: np.ndarray, **arguments: object) -> Callable:
    return lambda place: place.inferencer(values, **arguments)


def picture(values: np.ndarray) -> Callable[[Path], None]:
    return lambda folder: Image.fromarray(values).save(folder / 'map.png')


def changed(change: Callable[[dict], object]) -> Callable:
    """Resume from a checkpoint of the training that was changed."""

    def meet(place: Place) -> str:
        content = safe_load(place.training / 'iter_2.pth')
        content = change(content) or content
        torch.save(content, path := place.folder / 'changed.pth')
        return train('--resume', path)(place)

    return meet


def cut(place: Place) -> str:
    whole = (place.training / 'iter_2.pth').read_bytes()
    (place.folder / 'iter_3.pth').write_bytes(whole[: len(whole) // 2])
    return train('--resume', '--work-dir', place.folder)(place)


def taken(place: Place) -> str:
    # The kernel's lock is the process's: another one has to hold it.
    script = (
        'import sys, time\n'
        'from projects.ecgan.engine.work_dir_lock import locked_work_dir\n'
        'with locked_work_dir(sys.argv[1]):\n'
        "    print('held', flush=True)\n"
        '    time.sleep(600)\n'
    )
    holder = subprocess.Popen(
        [sys.executable, '-W', 'ignore', '-c', script, str(place.folder)],
        cwd=REPO_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert holder.stdout.readline() == b'held\n'
        return train('--work-dir', place.folder)(place)
    finally:
        holder.kill()
        holder.wait()


def full_disk(place: Place) -> str:
    """The kernel refuses files of more than some kilobytes: a disk that is full in the middle."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**18, before[1]))
    try:
        return train()(place)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def hostile(make: Callable[[Path], None]) -> Callable:
    def meet(place: Place) -> None:
        make(path := place.folder / 'hostile.pth')
        safe_load(path)

    return meet


def upload(content: bytes) -> Callable:
    def meet(place: Place) -> None:
        read_layout(content, 'upload.png', place.inferencer)

    return meet


def png(values: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, 'PNG')
    return buffer.getvalue()


LAYOUT = np.zeros((64, 64), np.uint8)
NOISE = np.random.default_rng(0).integers(0, 8, (64, 64), np.uint8)
GROUPS: dict[str, list[Case]] = {
    'Command lines': [
        Case('no such config', train(config='configs/ecgan/ecgan_smoke_1xb2.py')),
        Case('no such variant', train(config=f'{SMOKE}@8gb')),
        Case('package that is not installed', train(config='mmnothing::a/b.py')),
        Case('unknown argument', train('--no-such-thing')),
        Case('option without a value', train('--cfg-options', 'model.type')),
        Case('option that no config has', train('--cfg-options', 'modle.type=ECGAN')),
        Case('work dir below a file', train('--work-dir', 'MODEL/work')),
        Case('work dir in which another training runs', taken),
        Case('test without a checkpoint', lambda place: tool('test.py', REPO_ROOT / SMOKE)),
    ],
    'Configs': [
        Case('no Python', written_config('model = dict(')),
        Case('base that is not there', written_config("_base_ = './none.py'\n")),
        Case('nothing to train', written_config('a = 1\n')),
        *(setting(option) for option, _ in SETTINGS),
        setting('model.type=ECGANN'),
        setting('optim_wrapper.generator.optimizer.type=Adamm'),
        setting('optim_wrapper.generator.optimizer.lr=-1'),
        setting('optim_wrapper.generator.optimizer.lr=1e30'),
        setting('train_dataloader.dataset.type=Nope'),
        setting('train_dataloader.batch_size=0'),
        setting('default_hooks.finite.action=go'),
        setting('default_hooks.interruption.interval=0'),
        setting('default_hooks.interruption.signals=[USR1]'),
        setting('default_hooks.progress.interval=-1'),
        setting('model.similarity_loss.grid=0'),
        setting('model.label_generator=None'),
    ],
    'Checkpoints': [
        Case('resume from a file that is not there', train('--resume', 'gone.pth')),
        Case('resume where every checkpoint is cut short', cut),
        Case('resume from weights alone', changed(lambda c: dict(state_dict=c['state_dict']))),
        Case('resume from something else', changed(lambda c: [1, 2])),
        Case(
            'resume with a wider generator',
            train(
                *('--resume', 'TRAINING/iter_2.pth', '--cfg-options'),
                'model.generator.base_channels=8',
            ),
        ),
        Case(
            'resume with another optimiser',
            train(
                '--resume',
                'TRAINING/iter_2.pth',
                '--cfg-options',
                'optim_wrapper.generator.modules=["generator"]',
            ),
        ),
        Case(
            'test with a wider discriminator',
            lambda place: tool(
                'test.py',
                *(REPO_ROOT / SMOKE, place.training / 'iter_2.pth'),
                *('--work-dir', place.folder, '--cfg-options'),
                'model.discriminator.base_channels=8',
            ),
        ),
        Case(
            'pictures from a checkpoint without a config',
            lambda place: ECGANInferencer(_saved(place.folder, dict(state_dict={}))),
        ),
        Case(
            'pictures from a list', lambda place: ECGANInferencer(_saved(place.folder, [1, 2]))
        ),
        *(
            Case(f'{form} ({make.__name__.replace("_", " ")})', hostile(make))
            for form, makers in FORMS.items()
            for make in makers
        ),
        Case('disk that is full', full_disk),
    ],
    'Data of a training': [
        *(Case(what, photos(name)) for name, what in {
            'id': 'id that no class has', 'colours': 'label map in colours',
            'size': 'label map of another size', 'label': 'label map that is no picture',
            'photo': 'empty photo', 'pair': 'photo without a label map',
        }.items()),
        Case('no photos', photos(prepare=lambda r: [p.unlink() for p in (r / 'photos').iterdir()])),
        Case('no such folder', photos(prepare=lambda root: (root / 'photos').rename(root / 'x'))),
    ],
    'Label maps for pictures': [
        Case('no such file', infer('MODEL', 'FOLDER/none.png')),
        Case('no such model', infer('none.pth', 'FOLDER/none.png')),
        Case('folder without label maps', infer('MODEL', 'FOLDER')),
        Case(
            'text',
            infer('MODEL', 'FOLDER/a.png', prepare=lambda f: (f / 'a.png').write_text('text')),
        ),
        Case(
            'alien colours',
            infer('MODEL', 'FOLDER/map.png', prepare=picture(np.full((64, 64, 3), 9, np.uint8))),
        ),
        Case('id that no class has', label_map(LAYOUT + 77)),
        Case('negative id', label_map(LAYOUT.astype(np.int64) - 1)),
        Case('fractions', label_map(LAYOUT + 0.5)),
        Case('nothing', label_map(LAYOUT[:0])),
        Case('four dimensions', label_map(np.stack([[LAYOUT] * 2] * 2))),
        Case('instance map of another size', label_map(LAYOUT, instances=LAYOUT[:32])),
        Case('more instance maps than maps', label_map([LAYOUT], instances=[LAYOUT] * 2)),
        Case(
            'size that the network cannot take, where these are refused',
            lambda p: ECGANInferencer(p.checkpoint, device='cpu', sizes='refuse')(LAYOUT[:9]),
        ),
        Case(
            'unknown precision',
            lambda place: ECGANInferencer(place.checkpoint, device='cpu', dtype='int8'),
        ),
        Case(
            'device that is not there',
            lambda place: tool(
                'infer.py', place.checkpoint, 'a.png', '--device', 'cuda:99', '--out', place.folder
            ),
        ),
    ],
    'Uploads to the painting page': [
        Case('text', upload(b'text')),
        Case('half a picture', upload(png(NOISE)[:900])),
        Case('too many bytes', upload(bytes(5 * 2**20))),
        Case('too many pixels', upload(png(np.zeros((1200, 1200), np.uint8)))),
        Case('too wide', upload(png(np.zeros((2, 3000), np.uint8)))),
        Case('id that no class has', upload(png(LAYOUT + 99))),
    ],
    'Segmentors': [
        Case('unknown name', lambda place: FrozenSegmentor(8, 'fcn_of_nobody')),
        Case('checkpoint that is not there', lambda p: FrozenSegmentor(8, _fcn(p), 'no.pth')),
        Case(
            'checkpoint of another model',
            lambda p: FrozenSegmentor(8, _fcn(p), str(p.checkpoint)),
        ),
    ],
}  # fmt: skip


def _saved(folder: Path, content: object) -> Path:
    torch.save(content, path := folder / 'saved.pth')
    return path


def _fcn(place: Place) -> str:
    (path := place.folder / 'fcn.py').write_text(
        "_base_ = ['mmseg::_base_/models/fcn_unet_s5-d16.py']\n"
        "norm_cfg = dict(type='BN')\n"
        'model = dict(backbone=dict(base_channels=4, norm_cfg=norm_cfg),\n'
        '    decode_head=dict(in_channels=4, channels=4, num_classes=8, norm_cfg=norm_cfg),\n'
        '    auxiliary_head=dict(in_channels=8, channels=4, num_classes=8, norm_cfg=norm_cfg))\n'
    )
    return str(path)
