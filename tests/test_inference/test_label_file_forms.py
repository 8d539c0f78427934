"""Label maps in every form: the inferencer, the page and the data set read the same layout."""

import io

import numpy as np
import pytest
from ecgan_toys import write_checkpoint
from label_file_makers import png, tiff
from PIL import Image
from trained_with import trained_with

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import SCENE_CLASSES, SCENE_PALETTE, LayoutImageDataset, draw_scene
from projects.ecgan.inference.input_maps import NamedMap
from projects.ecgan.painting import read_layout
from projects.ecgan.painting.label_set import LabelSet
from projects.ecgan.painting.layout_files import write_layout

IDS = draw_scene(0, 1, (64, 64))[1].astype(np.int64)
FEW = IDS % 4
COLOURS = np.array(SCENE_PALETTE)
ORDER = np.array([3, 0, 7, 1, 6, 2, 5, 4])
GREYS = [(level,) * 3 for level in (4, 2, 7, 0, 1, 3, 6, 5)]
LEVELS = np.array([level for level, *_ in GREYS])
PALETTE = dict(metainfo=dict(classes=SCENE_CLASSES, palette=SCENE_PALETTE))
NAMED = dict(metainfo=dict(classes=SCENE_CLASSES))


def reordered(colours):
    """Colours so that index i shows that of ORDER[i]; samples that show IDS are the inverse."""
    return np.asarray(colours)[ORDER]


def array_file(array, **others):
    buffer = io.BytesIO()
    if others:
        np.savez(buffer, chosen=array, **others)
    else:
        np.save(buffer, array)
    return buffer.getvalue()


def matlab(**variables):
    from scipy.io import savemat

    buffer = io.BytesIO()
    savemat(buffer, variables)
    return buffer.getvalue()


def picture(pixels, kind):
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(buffer, kind)
    return buffer.getvalue()


INVERSE = ORDER.argsort()
# The file, its suffix, what the data set says, and the layout.
FORMS = {
    'grey': (png(IDS), '.png', {}, IDS),
    'grey, 4 bits': (png(IDS, 4), '.png', {}, IDS),
    'grey, 16 bits': (png(IDS, 16), '.png', {}, IDS),
    'grey, scaled': (png(FEW, 2), '.png',
                     dict(reading=dict(samples='scaled'), label_map={85 * i: i for i in range(4)}),
                     FEW),
    'palette, index': (png(IDS, 8, 'palette', COLOURS), '.png', PALETTE, IDS),
    'palette, index said': (png(IDS, 4, 'palette', reordered(COLOURS)), '.png',
                            dict(**PALETTE, reading=dict(palette='index')), IDS),
    'palette, another order': (png(INVERSE[IDS], 4, 'palette', reordered(COLOURS)), '.png',
                               PALETTE, IDS),
    'palette, colours said': (png(INVERSE[IDS], 4, 'palette', reordered(COLOURS)), '.png',
                              dict(**PALETTE, reading=dict(palette='colours')), IDS),
    'palette, grey': (png(IDS, 4, 'palette', GREYS), '.png', NAMED, LEVELS[IDS]),
    'palette, grey said': (png(IDS, 4, 'palette', GREYS), '.png',
                           dict(**NAMED, reading=dict(palette='grey')), LEVELS[IDS]),
    'colours': (png(COLOURS[IDS], 8, 'colours'), '.png', PALETTE, IDS),
    'colours of the files': (png(COLOURS[IDS], 8, 'colours'), '.png',
                             dict(**NAMED, label_colours=reordered(COLOURS).tolist(),
                                  label_map=dict(enumerate(ORDER.tolist()))), IDS),
    'colours, ids renumbered': (png(COLOURS[IDS], 8, 'colours'), '.png',
                                dict(**PALETTE, label_map={i + 1: i for i in range(8)}), IDS),
    'ids renumbered': (png(IDS + 1), '.png',
                       dict(**PALETTE, label_map={i + 1: i for i in range(8)}), IDS),
    'zero is unknown': (png(IDS + 1), '.png', dict(reduce_zero_label=True), IDS),
    'red alone': (png(np.dstack([IDS, 0 * IDS, 0 * IDS]), 8, 'colours'), '.png', NAMED, IDS),
    'green said': (png(np.dstack([9 + IDS, IDS, IDS * 7]), 8, 'colours'), '.png',
                   dict(**PALETTE, reading=dict(channel='green')), IDS),
    'full ADE20K': (png(np.dstack([0 * IDS, IDS, IDS * 9]), 8, 'colours'), '.png',
                    dict(**NAMED, reading=dict(channel='ade20k')), IDS),
    'greys among colours': (png(IDS % 2, 1), '.png',
                            dict(**NAMED, label_colours=[(0, 0, 0), (255, 255, 255)],
                                 reading=dict(grey='colours', samples='scaled')), IDS % 2),
    'transparent': (png(IDS, 8, 'palette', COLOURS, transparency=b'\0'), '.png',
                    dict(**PALETTE, reading=dict(hidden='shown')), IDS),
    'bmp': (picture(IDS, 'BMP'), '.bmp', NAMED, IDS),
    'tiff': (tiff(IDS.astype(np.uint8)), '.tif', NAMED, IDS),
    'tiff, 16 bits': (tiff(IDS.astype(np.uint16)), '.tif', NAMED, IDS),
    'tiff, floating point': (tiff(IDS.astype(np.float32)), '.tif', NAMED, IDS),
    'tiff, inverted': (tiff((255 - IDS).astype(np.uint8), 0), '.tif',
                       dict(**NAMED, reading=dict(white='inverted')), IDS),
    'npy': (array_file(IDS.astype(np.int32)), '.npy', NAMED, IDS),
    'npz of several': (array_file(IDS.astype(np.uint8), other=IDS), '.npz',
                       dict(**NAMED, reading=dict(variable='chosen')), IDS),
    'mat of several': (matlab(S=IDS.astype(np.uint8), T=IDS * 0), '.mat',
                       dict(**NAMED, reading=dict(variable='S')), IDS),
}  # fmt: skip


@pytest.fixture(scope='module')
def checkpoint(repo_root, tmp_path_factory):
    return write_checkpoint(repo_root, tmp_path_factory.mktemp('model'))


@pytest.mark.parametrize('name', FORMS)
def test_the_same_layout(checkpoint, tmp_path, name):
    content, suffix, said, expected = FORMS[name]
    path = tmp_path / 'maps' / f'a{suffix}'
    path.parent.mkdir()
    path.write_bytes(content)
    settings = dict(label_dir=str(path.parent), label_suffix=suffix, **said)
    load = [dict(type='mmagic.LoadLabelMap'), dict(type='mmagic.PackLayoutInputs', size=(64, 64))]
    layout = LayoutImageDataset(**settings, pipeline=load)[0]['inputs']['label']
    assert np.array_equal(layout.numpy(), expected)

    plain = dict(type='LayoutImageDataset', **settings, pipeline=load)
    wrapped = dict(type='RepeatDataset', times=2, dataset=plain)
    carried = trained_with(checkpoint, tmp_path / 'model.pth', train=wrapped)
    inferencer = ECGANInferencer(carried, device='cpu')
    for given in (path, content):
        read = inferencer.load(NamedMap('a', given)).layout.labels[0]
        assert np.array_equal(read.numpy(), layout.numpy())
    if suffix in ('.png', '.bmp', '.tif'):
        assert np.array_equal(read_layout(content, f'a{suffix}', inferencer), expected)
    # What the page shows the model, and what it saves, is read back.
    labels = LabelSet.of(inferencer)
    painted = inferencer.load(NamedMap('0', labels.as_in_files(expected))).layout.labels[0]
    assert np.array_equal(painted.numpy(), expected)
    saved = write_layout(expected.astype(np.uint16), labels)
    assert np.array_equal(read_layout(saved, 'saved.png', inferencer), expected)
