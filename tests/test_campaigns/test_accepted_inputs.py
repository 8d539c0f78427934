"""Random inputs most of which are accepted, each compared with a slow second way."""

import io
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import fresh_process
import numpy as np
import pytest
import torch
from campaign_results import report, seed
from ecgan_toys import SMOKE, write_checkpoint
from label_file_makers import png, tiff
from mmengine.hooks import Hook
from toy_runner import assert_equal_runs, build_runner, disturb
from trained_with import trained_with

from projects.ecgan import ECGANInferencer
from projects.ecgan.compat.safe_checkpoints import safe_load
from projects.ecgan.datasets import SCENE_PALETTE
from projects.ecgan.errors import UserError
from projects.ecgan.inference import export_checkpoint
from projects.ecgan.inference.input_maps import NamedMap
from projects.ecgan.inference.training_knowledge import TrainingKnowledge

pytestmark = pytest.mark.campaign
CASES: Counter[str] = Counter()
REFUSED: Counter[str] = Counter()
CLASSES = len(SCENE_PALETTE)
# What may be refused at most.
MOST_REFUSED = 0.4


def draws(what: str) -> random.Random:
    return random.Random(f'{seed()}, {what}')


@pytest.fixture(scope='module')
def checkpoint(repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(repo_root, tmp_path_factory.mktemp('model'))


def draw_layout(draw: random.Random, unit: int = 1) -> list[list[int]]:
    """Rectangles of classes on a class."""
    height, width = (unit * draw.randint(2, 64 // unit) for _ in range(2))
    rows = [[draw.randrange(CLASSES)] * width for _ in range(height)]
    for _ in range(draw.randint(0, 9)):
        label, top, left = draw.randrange(CLASSES), draw.randrange(height), draw.randrange(width)
        for y in range(top, min(height, top + draw.randint(1, 30))):
            for x in range(left, min(width, left + draw.randint(1, 30))):
                rows[y] = [*rows[y][:x], label, *rows[y][x + 1 :]]
    return rows


def draw_knowledge(draw: random.Random) -> tuple[dict[int, int], dict[str, Any]]:
    """Id in the files of each class, and what a data set says of that."""
    kind = draw.choice(['plain', 'table', 'table', 'zero'])
    if kind == 'plain':
        return {label: label for label in range(CLASSES)}, {}
    if kind == 'zero':
        return {label: label + 1 for label in range(CLASSES)}, dict(reduce_zero_label=True)
    # One of the ids from 8 on where a class has none of its own.
    ids = draw.sample(range(draw.choice([CLASSES, 40, 255])), CLASSES)
    return dict(enumerate(ids)), dict(label_map={old: new for new, old in enumerate(ids)})


def array_file(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def write_form(draw: random.Random, rows: list[list[int]], in_file: dict[int, int]) -> Any:
    """A map in one of many forms; pixels are set one by one."""
    ids = np.array([[in_file[label] for label in row] for row in rows], np.int64)
    colours = np.array([[SCENE_PALETTE[label] for label in row] for row in rows], np.uint8)
    order = draw.sample(range(CLASSES), CLASSES)
    shuffled = np.array([[order.index(label) for label in row] for row in rows], np.int64)
    palette = [(0, 255, index) for index in range(256)]
    for label, old in in_file.items():
        palette[old] = tuple(SCENE_PALETTE[label])
    kind = draw.choice(['uint8', 'int32', 'int64', 'float32'])
    forms: list[Callable[[], Any]] = [
        lambda: ids.astype(kind),
        lambda: colours,
        lambda: png(ids),
        lambda: png(ids, 16),
        lambda: png(colours, 8, 'colours'),
        lambda: png(ids, 8, 'palette', palette),
        lambda: png(shuffled, 8, 'palette', [SCENE_PALETTE[label] for label in order]),
        lambda: tiff(ids.astype(draw.choice(['uint8', 'uint16', 'float32']))),
        lambda: array_file(ids.astype(kind)),
    ]
    return draw.choice(forms)()


def spoil(draw: random.Random, rows: list[list[int]], in_file: dict[int, int]) -> np.ndarray:
    """A map with one pixel that cannot be meant."""
    ids = np.array([[in_file[label] for label in row] for row in rows], np.float64)
    taken = {*in_file.values(), *range(CLASSES + 1), 255}
    alien = next(number for number in range(300) if number not in taken)
    ids[draw.randrange(len(rows)), draw.randrange(len(rows[0]))] = draw.choice([alien, 0.5, 1e9])
    return ids


def test_ids_by_hand(checkpoint: Path) -> None:
    inferencer, draw = ECGANInferencer(checkpoint, device='cpu'), draws('ids')
    for _ in range(400):
        CASES['ids by hand'] += 1
        rows = draw_layout(draw)
        in_file, said = draw_knowledge(draw)
        inferencer.knowledge = replace(TrainingKnowledge(), has_files=True, **said)
        inferencer.coding = inferencer.knowledge.coding(SCENE_PALETTE, CLASSES)
        if draw.random() < 0.15:
            with pytest.raises(UserError) as refused:
                inferencer.load(NamedMap('a', spoil(draw, rows, in_file)))
            assert '\n' not in refused.value.sentence
            REFUSED['ids by hand'] += 1
            continue
        form = write_form(draw, rows, in_file)
        found = inferencer.load(NamedMap('a', form)).layout.labels[0].tolist()
        for y, row in enumerate(rows):
            assert found[y][: len(row)] == row, (said, y)


def write_data(draw: random.Random, folder: Path, count: int, said: dict, in_file: dict) -> dict:
    """A data set of random layouts and instances in files, with photos of noise."""
    for kind in ('photos', 'maps', 'objects'):
        (folder / kind).mkdir(parents=True)
    noise = np.random.default_rng(draw.randrange(1000))
    for index in range(count):
        rows = draw_layout(draw, 32)
        form = write_form(draw, rows, in_file)
        while not isinstance(form, bytes) or form[1:4] != b'PNG':
            form = write_form(draw, rows, in_file)
        (folder / f'maps/{index:02}_L.png').write_bytes(form)
        shape = (len(rows), len(rows[0]))
        objects = noise.integers(0, 999, (shape[0] // 8, shape[1] // 8)).astype(np.uint16)
        cv2.imwrite(str(folder / f'objects/{index:02}_O.png'), objects.repeat(8, 0).repeat(8, 1))
        photo = noise.integers(0, 256, (*shape, 3)).astype(np.uint8)
        cv2.imwrite(str(folder / f'photos/{index:02}.png'), photo)
    load = ['LoadPhoto', 'LoadLabelMap', 'LoadInstanceMap', 'CannyEdges', 'InstanceBoundary']
    return dict(
        type='LayoutImageDataset', img_dir=str(folder / 'photos'), img_suffix='.png',
        label_dir=str(folder / 'maps'), label_suffix='_L.png',
        instance_dir=str(folder / 'objects'), instance_suffix='_O.png',
        metainfo=dict(palette=[list(each) for each in SCENE_PALETTE]),
        pipeline=[*(dict(type=kind) for kind in load), dict(type='PackLayoutInputs')], **said,
    )  # fmt: skip


@pytest.mark.parametrize('kind', ['table', 'zero'])
def test_inferencer_against_test(checkpoint: Path, tmp_path: Path, kind: str) -> None:
    """``ecgan test --save-images``, and the folder of the same label maps through the inferencer.

    The instance maps lie in the folder that the training had; nothing names them here.
    """
    draw = draws(kind)
    in_file, said = draw_knowledge(draw)
    while ('label_map' if kind == 'table' else 'reduce_zero_label') not in said:
        in_file, said = draw_knowledge(draw)
    dataset = write_data(draw, tmp_path / 'data', 12, said, in_file)
    carried = trained_with(checkpoint, tmp_path / 'model.pth', train=dataset)
    config, saved, log = tmp_path / 'mine.py', tmp_path / 'saved', tmp_path / 'log.txt'
    # What the recipe draws is replaced by the files.
    config.write_text(
        f'_base_ = {str(fresh_process.REPO_ROOT / SMOKE)!r}\n'
        f'files = {dict(_delete_=True, **dataset)!r}\n'
        'test_dataloader = dict(batch_size=1, dataset=files)\ndel files\n'
    )
    argv = [str(config), str(carried), '--work-dir', str(tmp_path / 'work'), '--no-untrained']
    argv += ['--save-images', str(saved)]
    status = fresh_process.run(fresh_process.run_script, 'tools/test.py', argv, log=log)
    assert status == 0, log.read_text()[-3000:]
    pictures = ECGANInferencer(carried, device='cpu')(tmp_path / 'data/maps')
    assert len(pictures) == 12
    for picture in pictures:
        CASES['inferencer against ecgan test'] += 1
        written = cv2.imread(str(saved / f'{picture.name.removesuffix("_L")}.png'))
        assert np.array_equal(written[..., ::-1], picture.image), picture.name


def test_export_against_inferencer(checkpoint: Path, tmp_path: Path) -> None:
    draw = draws('export')
    in_file, said = draw_knowledge(draw)
    while 'label_map' not in said:
        in_file, said = draw_knowledge(draw)
    files = dict(type='LayoutImageDataset', label_dir='maps', **said)
    carried = trained_with(checkpoint, tmp_path / 'model.pth', train=dict(datasets=[files]))
    export_checkpoint(carried, tmp_path / 'model.pt2')
    inferencer = ECGANInferencer(carried, device='cpu')
    module = torch.export.load(tmp_path / 'model.pt2').module()
    for _ in range(40):
        CASES['export against inferencer'] += 1
        rows = draw_layout(draw, 32)
        if min(len(rows), len(rows[0])) < 64:
            rows = [row * 2 for row in rows] * 2  # at least twice the divisor
        ids = np.array([[in_file[label] for label in row] for row in rows], np.uint8)
        objects = np.array(
            [[draw.randrange(3) if draw.random() < 0.1 else 7 for _ in row] for row in rows]
        )
        with torch.inference_mode():
            made = module(torch.from_numpy(ids[None]), torch.from_numpy(objects[None]))[0].numpy()
        difference = abs(made.astype(int) - inferencer(ids, objects).image)
        assert difference.max() <= 1 and (difference > 0).mean() < 0.01


class Stop(Hook):
    """Ends a run as a fault would."""

    def __init__(self, at: int) -> None:
        self.at = at

    def before_train_iter(self, runner: Any, *args: Any, **kwargs: Any) -> None:
        if runner.iter == self.at:
            raise KeyboardInterrupt


def test_resumed_against_undisturbed(tmp_path: Path) -> None:
    draw = draws('resumed')
    for case in range(12):
        CASES['resumed against undisturbed'] += 1
        settings = dict(
            iterations=2 * draw.randint(3, 9),
            seed=draw.randrange(1000),
            accumulate=draw.choice([1, 1, 2]),
            endless=draw.random() < 0.7,
            validate=draw.random() < 0.7,
        )
        stop = Stop(draw.randrange(3, settings['iterations']))
        whole, work = tmp_path / f'whole {case}', tmp_path / f'work {case}'
        build_runner(whole, **settings).train()
        disturb()
        with pytest.raises(KeyboardInterrupt):
            build_runner(work, custom_hooks=[stop], **settings).train()
        disturb()
        build_runner(work, resume=True, **settings).train()
        last = f'iter_{settings["iterations"]}.pth'
        assert_equal_runs(safe_load(whole / last), safe_load(work / last))


def test_how_many_there_were(record_property: Callable) -> None:
    kinds = [f'{CASES[kind]} {kind}' for kind in CASES]
    total, refused = CASES.total(), REFUSED.total()
    assert len(kinds) == 4 and 0 < refused <= MOST_REFUSED * total
    text = (
        f'{total} cases from seed {seed()}: {", ".join(kinds)}; {refused} were refused in one '
        f'sentence ({1 - refused / total:.0%} accepted), all others are equal.'
    )
    report(record_property, 'accepted inputs', text)
