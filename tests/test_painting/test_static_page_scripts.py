"""The scripts of the page without a server do what the package does."""

import base64
import io

import numpy as np
import pytest
import torch
from browser_scripts import run_script
from PIL import Image

from projects.ecgan.datasets.label_files import LabelCoding, read_ids
from projects.ecgan.errors import DataError
from projects.ecgan.inference import Seeds
from projects.ecgan.models.generators import LayoutNoise
from projects.ecgan.painting import Label, LabelSet, LayoutSession, write_layout
from projects.ecgan.painting.static_page.page_facts import coding_facts
from projects.ecgan.structures import Layout

RED, GREEN, BLUE, GREY = (200, 10, 20), (0, 128, 0), (10, 20, 250), (77, 77, 77)
COLOURS = (RED, GREEN, BLUE, GREY)


def test_random_numbers_are_those_of_pytorch(tmp_path):
    asked = [[0, 1], [3, 7], [5, 15], [7, 16], [1, 17], [2, 576], [2**31 + 5, 40], [2**32 + 9, 33]]
    program = 'const result = data.map(([seed, count]) => [...randn(seed, count)]);'
    for (seed, count), got in zip(asked, run_script(tmp_path, 'torch_random.js', program, asked)):
        expected = torch.randn(count, generator=torch.Generator().manual_seed(seed))
        assert np.abs(np.array(got) - expected.numpy()).max() < 1e-6


@pytest.mark.parametrize('per', ['picture', 'class', 'pixel'])
def test_noise_of_seeds_is_the_packages(tmp_path, per):
    ids = np.random.default_rng(0).integers(0, 4, (6, 5))
    ids[ids == 3] = 255
    noise = LayoutNoise(channels=3, per=per).eval()
    labels = torch.from_numpy(np.where(ids == 255, 3, ids))[None]
    seeds = Seeds(4).anew(region=2, seed=7).anew(region=255, seed=8)
    masks = [torch.from_numpy(mask) for mask in seeds.masks(ids, '')]
    expected = seeds.join(noise, Layout(labels, 3, with_unknown=True), masks)
    program = """
        const layout = { labels: Int32Array.from(data.ids) };
        const seeds = { first: 4, anew: new Map([[2, 7], [255, 8]]) };
        const made = noiseInputs(layout, data.noise, seeds);
        const result = { regions: [...made.regions], vectors: [...made.vectors] };"""
    facts = dict(channels=3, per=per, classes=3, unknown=255)
    data = dict(ids=ids.ravel().tolist(), noise=facts)
    made = run_script(tmp_path, 'model_inputs.js', program, data)
    vectors, regions = np.array(made['vectors']).reshape(-1, 3), np.array(made['regions'])
    shown = expected.vectors[expected.regions[0]].numpy().reshape(-1, 3)
    assert np.abs(vectors[regions] - shown).max() < 1e-6
    assert len(vectors) == len(expected.vectors) + 1


def test_a_layout_is_continued_to_a_size_that_the_network_takes(tmp_path):
    program = """
        const { rows, columns, labels } = padded({ ...data, ids: Uint16Array.from(data.ids) }, 4);
        const result = { rows, columns, labels: [...labels] };"""
    ids = np.arange(15).reshape(3, 5)
    data = dict(width=5, height=3, ids=ids.ravel().tolist())
    made = run_script(tmp_path, 'model_inputs.js', program, data)
    expected = np.pad(ids, [(0, 1), (0, 3)], mode='edge')
    assert (made['rows'], made['columns']) == expected.shape
    assert made['labels'] == expected.ravel().tolist()


def test_a_session_changes_layouts_as_the_servers(tmp_path):
    random = np.random.default_rng(1)
    first = random.integers(0, 4, (7, 9)).repeat(2, 0).repeat(2, 1)
    height, width = first.shape
    session, steps, expected = LayoutSession(first, frozenset(range(4))), [], []
    for _ in range(300):
        step, label = str(random.choice(['paint', 'fill', 'undo', 'redo'])), int(random.integers(4))
        at, length = int(random.integers(first.size - 40)), int(random.integers(1, 40))
        x, y = int(random.integers(width)), int(random.integers(height))
        args = dict(paint=[[at, length], label], fill=[x, y, label]).get(step, [])
        changed = getattr(session, step)(*args)
        steps.append([step, args])
        expected.append([changed, session.can_undo, session.can_redo, session.ids.ravel().tolist()])
    program = """
        const [first, steps, width, height] = data;
        const session = new LayoutSession({ width, height, ids: Uint16Array.from(first) });
        const result = steps.map(([step, args]) => {
          const changed = session[step](...args);
          const { past, future, layout } = session;
          return [changed, past.length > 0, future.length > 0, [...layout.ids]];
        });"""
    data = [first.ravel().tolist(), steps, width, height]
    assert run_script(tmp_path, 'session.js', program, data) == expected


def label_set(coding: LabelCoding, count: int = 4, unknown: bool = True) -> LabelSet:
    shown = [*COLOURS, *((i % 256, i // 256, 99) for i in range(4, count))][:count]
    labels = [Label(i, f'class {i}', colour, '') for i, colour in enumerate(shown)]
    if unknown:
        labels.append(Label(coding.unknown, 'unknown', (0, 0, 0), ''))
    return LabelSet(tuple(labels), coding)


MANY = tuple((i % 256, i // 256, 99) for i in range(300))
LABELS = dict(
    plain=label_set(LabelCoding(COLOURS, num_classes=4, of_classes=True)),
    no_unknown=label_set(LabelCoding(COLOURS, num_classes=4, of_classes=True), unknown=False),
    own_colours=label_set(LabelCoding((*COLOURS, (9, 9, 9)), {4: 255}, num_classes=4)),
    renumbered=label_set(LabelCoding(COLOURS, {7: 0, 0: 1, 5: 2, 6: 3, 1: 255}, of_classes=True)),
    from_one=label_set(
        LabelCoding(COLOURS, reduce_zero_label=True, num_classes=4, of_classes=True)
    ),
    by_index=label_set(LabelCoding(COLOURS, num_classes=4, reading=dict(palette='index'))),
    by_colour=label_set(LabelCoding(COLOURS, num_classes=4, reading=dict(palette='colours'))),
    many=label_set(LabelCoding(MANY, num_classes=300, of_classes=True), 300),
)
READ = """
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const result = [];
    for (const [index, file] of data.files.entries())
      result.push(await readLayout(bytes(file), `file ${index}`, data.coding).then(
        ({ width, height, ids }) => ({ width, height, ids: [...ids] }),
        (error) => ({ refused: error.message, known: error instanceof FileError })));"""


def png(picture: Image.Image, **settings) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, 'PNG', **settings)
    return buffer.getvalue()


def files_of(random: np.random.Generator) -> list[bytes]:
    """PNG files as people have them, good and bad ones."""
    found = []
    for top in (2, 4, 5, 8, 300):
        ids = random.integers(0, top, (9, 13))
        found.append(png(Image.fromarray(ids.astype(np.uint16))))
        if top > 256:
            continue
        grey = Image.fromarray(ids.astype(np.uint8))
        found.append(png(grey))
        found.append(png(Image.fromarray(np.where(ids == 0, 255, ids).astype(np.uint8))))
        order = [*random.permutation(4), *range(4, 8)]
        near = [tuple(np.clip(np.array(COLOURS[i % 4]) + 3, 0, 255)) for i in order]
        for palette in (
            COLOURS, [COLOURS[i % 4] for i in order], near, [(i, i, i) for i in range(8)],
            [(36 * i,) * 3 for i in range(8)], [(5, 5, 5), (3, 3, 3), (0, 0, 0), (1, 1, 1)],
        ):  # fmt: skip
            indexed = grey.convert('P')
            indexed.putpalette([int(c) for colour in palette for c in colour])
            found.append(png(indexed))
            for bits in (1, 2, 4):
                if top <= 2**bits:
                    found.append(png(indexed, bits=bits))
        found.append(png(indexed, transparency=0))
        rgb = np.array(COLOURS, np.uint8)[ids % 4]
        found.append(png(Image.fromarray(rgb)))
        for alpha in (255, 0, 128):
            opacity = np.full((9, 13, 1), 255, np.uint8)
            opacity[2:4] = alpha
            found.append(png(Image.fromarray(np.concatenate([rgb, opacity], -1))))
        rgb[0, 0] += 1
        found.append(png(Image.fromarray(rgb)))
    found.append(png(Image.fromarray(random.random((5, 6)) < 0.5)))
    return found


@pytest.mark.parametrize('name', LABELS)
def test_files_are_read_as_the_package_reads_them(tmp_path, name):
    labels, files = LABELS[name], files_of(np.random.default_rng(2))
    data = dict(
        coding=coding_facts(labels), files=[base64.b64encode(each).decode() for each in files]
    )
    taken = 0
    for index, (file, made) in enumerate(
        zip(files, run_script(tmp_path, 'layout_files.js', READ, data), strict=True)
    ):
        try:
            expected = read_ids(file, labels.coding, f'file {index}')
        except DataError:
            expected = None
        if expected is not None and not labels.ids.issuperset(np.unique(expected).tolist()):
            expected = None
        assert ('refused' in made) == (expected is None), (index, made)
        if expected is None:
            assert made['known'] and made['refused'].startswith(f'file {index}')
        else:
            taken += 1
            assert np.array_equal(
                np.reshape(made['ids'], (made['height'], made['width'])), expected
            )
    assert taken >= 4


@pytest.mark.parametrize('name', LABELS)
def test_what_is_saved_is_what_the_package_saves_and_is_read_back(tmp_path, name):
    labels = LABELS[name]
    ids = np.array([each.id for each in labels.labels], np.uint16)
    ids = np.random.default_rng(3).choice(ids, (11, 7)).astype(np.uint16)
    program = """
        const { width, height } = data, ids = Uint16Array.from(data.ids);
        const bytes = await writeLayout({ width, height, ids }, data.coding);
        const again = await readLayout(bytes, "layout", data.coding);
        const result = { bytes: [...bytes], ids: [...again.ids] };"""
    coding = coding_facts(labels)
    data = dict(width=7, height=11, ids=ids.ravel().tolist(), coding=coding)
    made = run_script(tmp_path, 'layout_files.js', program, data)
    assert made['ids'] == ids.ravel().tolist()
    content = bytes(made['bytes'])
    assert np.array_equal(read_ids(content, labels.coding, 'layout'), ids)
    shown, expected = map(Image.open, map(io.BytesIO, (content, write_layout(ids, labels))))
    # The package takes colours where none of these pixels is unknown, the page one form for all.
    assert shown.mode == ('I;16' if name == 'many' else expected.mode)
    if shown.mode == expected.mode:
        assert np.array_equal(np.asarray(shown.convert('RGB')), np.asarray(expected.convert('RGB')))


def test_what_is_no_layout_is_refused_in_a_sentence(tmp_path):
    good = png(Image.fromarray(np.zeros((8, 8), np.uint8)))
    spoilt = good[:40] + bytes([good[40] ^ 1]) + good[41:]
    # A head that promises more rows than there are.
    tall = Image.new('L', (2000, 2001))
    cases = {
        b'no picture': 'is no PNG file',
        good[:-30]: 'cannot be read: the file is damaged',
        spoilt: 'cannot be read: the file is damaged',
        png(tall): 'is 2000x2001: at most 1048576 pixels, and 2048 on a side',
        png(Image.new('L', (2049, 1))): 'is 2049x1: at most',
        bytes(4 * 2**20 + 1): 'is larger than 4 MB',
        png(Image.new('RGB', (4, 4), (1, 2, 3))): 'of no class, the first is (1, 2, 3) (RGB)',
        png(Image.new('L', (4, 4), 9)): 'label ids 9 are of no class',
    }  # fmt: skip
    files = [base64.b64encode(each).decode() for each in cases]
    data = dict(coding=coding_facts(LABELS['plain']), files=files)
    for made, told in zip(run_script(tmp_path, 'layout_files.js', READ, data), cases.values()):
        assert made['known'] and told in made['refused'], made
