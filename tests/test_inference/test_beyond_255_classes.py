"""From a training step to pictures, exports, scores and the page, at 255 classes and more."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from ecgan_toys import BARE, build_model, build_optimizers, save_model
from many_classes import COUNTS, MAPS, UNKNOWN_OF, layout_of, write_tree
from mmagic.registry import DATASETS
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.logging import MessageHub
from mmengine.registry import DefaultScope
from packaging.version import Version
from PIL import Image

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets.palettes import generated_palette
from projects.ecgan.errors import DataError
from projects.ecgan.inference import export, export_checkpoint
from projects.ecgan.inference.input_maps import NamedMap
from projects.ecgan.painting import LabelSet, LayoutSession, read_layout, write_layout

pytestmark = pytest.mark.slow
PIPELINE = [
    dict(type='LoadPhoto'),
    dict(type='LoadLabelMap'),
    dict(type='PackLayoutInputs', size=(64, 64)),
]


class Trained:
    """A set with so many classes, and a model after one iteration on it."""

    def __init__(self, repo_root: Path, folder: Path, count: int) -> None:
        self.count, self.unknown = count, UNKNOWN_OF[count]
        self.root = write_tree(folder / 'set', count)
        names = [f'thing {index}' for index in range(count)]
        self.settings = dict(
            type='LayoutImageDataset', data_root=str(self.root), metainfo=dict(classes=names),
            img_dir='images', img_suffix='.png', label_dir='labels', pipeline=PIPELINE,
            label_map={65535: self.unknown},
        )  # fmt: skip
        with DefaultScope.overwrite_default_scope('mmagic'):
            self.dataset = DATASETS.build(self.settings)
        changes = {
            'data_preprocessor.num_classes': count,
            'data_preprocessor.with_unknown': True,
            'data_preprocessor.with_boundary': False,
            # Quick, as no layer has as many channels as there are classes but the first ones.
            'generator.init_gain': 0.02,
            'generator.semantic_module': None,
            'generator.edge_generator': None,
            'generator.edge_transfer': None,
        }
        self.model = build_model(repo_root, **changes)
        MessageHub.get_current_instance().update_info('iter', 0)
        batch = pseudo_collate([self.dataset[0], self.dataset[1]])
        self.losses = self.model.train_step(batch, build_optimizers(repo_root, self.model))
        with torch.no_grad():  # the papers' gain is small: as pictures, all layouts look alike
            for parameter in self.model.sampling_generator.parameters():
                parameter.mul_(30)
        cfg = Config.fromfile(repo_root / 'configs/_base_/models/ecgan.py')
        cfg.merge_from_dict({f'model.{key}': value for key, value in {
            **changes, 'generator.base_channels': 4, **BARE, 'perceptual_loss': None,
        }.items()})  # fmt: skip
        cfg.test_dataloader = dict(dataset=self.settings)
        self.checkpoint = save_model(
            self.model, cfg, folder / 'iter_1.pth', classes=names, palette=generated_palette(count)
        )
        self.inferencer = ECGANInferencer(self.checkpoint, device='cpu')


@pytest.fixture(scope='module', params=COUNTS)
def trained(request, repo_root, tmp_path_factory) -> Trained:
    return Trained(repo_root, tmp_path_factory.mktemp('set'), request.param)


def test_a_step(trained):
    assert trained.model.num_classes == trained.count
    assert all(np.isfinite(float(value)) for value in trained.losses.values())


def test_the_inferencer_reads_each_id(trained):
    seen = set()
    palette = np.array([*generated_palette(trained.count), (0, 0, 0)], np.uint8)
    for index in range(MAPS):
        expected = layout_of(index, trained.count)
        inside = np.where(expected == trained.unknown, trained.count, expected)
        path = trained.root / 'labels' / f'{index}.png'
        loaded = trained.inferencer.load(NamedMap('a', path)).layout.labels[0].numpy()
        assert np.array_equal(loaded, inside)
        seen |= {*inside.ravel().tolist()}
    assert seen == {*range(trained.count + 1)}
    # Colours of the classes are distinct, unknown is black.
    layout = trained.inferencer(path).layout
    assert np.array_equal(layout, palette[inside]) and len({*map(tuple, palette)}) == len(palette)
    assert np.array_equal(trained.inferencer(np.array(Image.open(path))).layout, layout)


def test_pictures_tell_unknown_from_the_last_class(trained):
    last, void = np.zeros((2, 64, 64), np.uint16)
    last[:, 32:], void[:, 32:] = trained.count - 1, 65535
    inferencer = trained.inferencer
    assert not np.array_equal(inferencer(last).image, inferencer(void).image)


def test_samples_of_a_validation(trained):
    outputs = trained.model.val_step(pseudo_collate([trained.dataset[index] for index in (1, 2)]))
    for index, sample in zip((1, 2), outputs):
        expected = torch.from_numpy(layout_of(index, trained.count))
        assert torch.equal(sample.gt_label_map, expected)


def test_an_id_of_no_class_is_named(trained):
    wrong = np.full((64, 64), 60000, np.uint16)
    allowed = rf'allowed are 0 to {trained.count - 1}, or {trained.unknown} for unknown'
    with pytest.raises(DataError, match=rf'0: label ids \[60000\] are out of range, {allowed}'):
        trained.inferencer(wrong)


def test_the_page_saves_what_it_reads(trained):
    labels = LabelSet.of(trained.inferencer)
    assert labels.ids == {*range(trained.count), trained.unknown}
    assert labels.labels[-1][:3] == (trained.unknown, 'unknown', (0, 0, 0))
    for index in range(MAPS):
        content = (trained.root / 'labels' / f'{index}.png').read_bytes()
        ids = read_layout(content, 'a.png', trained.inferencer)
        assert ids.dtype == np.uint16
        assert np.array_equal(ids, layout_of(index, trained.count))
        session = LayoutSession(ids, labels.ids)
        saved = write_layout(session.ids, labels)
        assert np.array_equal(read_layout(saved, 'b.png', trained.inferencer), ids)
        assert session.paint([0, 64], trained.unknown) and session.fill(0, 63, trained.count - 1)
        saved = write_layout(session.ids, labels)
        again = read_layout(saved, 'b.png', trained.inferencer)
        assert (again[0] == trained.unknown).all() and (again[63] == trained.count - 1).all()
        # 8 bits hold 255 classes and 255 for unknown, and no more.
        mode = 'P' if trained.count == 255 else 'I;16'
        assert Image.open(io.BytesIO(saved)).mode == mode


@pytest.mark.parametrize(
    'trained',
    [256, *(pytest.param(count, marks=pytest.mark.campaign) for count in (255, 257, 300))],
    indirect=True,
)
@pytest.mark.skipif(
    Version(torch.__version__) < export.OLDEST_TORCH, reason='torch is too old to export'
)
def test_an_export_takes_the_files_as_they_are(trained, tmp_path):
    path = tmp_path / 'model.pt2'
    assert export_checkpoint(trained.checkpoint, path).is_close
    extra = {'metadata.json': ''}
    module = torch.export.load(path, extra_files=extra).module()
    said = json.loads(extra['metadata.json'])
    assert said['unknown_id'] == trained.unknown and len(said['classes']) == trained.count
    kind = 'uint8' if trained.count == 255 else 'int64'
    assert said['inputs']['labels'].startswith(kind)
    first = 1  # where the 256th block is, the last one without a namesake
    ids = np.array([layout_of(first + index, trained.count) for index in range(2)])
    pictures = module(torch.from_numpy(ids.astype(kind))).detach().numpy()
    for index, picture in enumerate(pictures):
        image = trained.inferencer(trained.root / 'labels' / f'{first + index}.png').image
        assert (picture != image).mean() < 0.01
        assert abs(picture.astype(int) - image).max() <= 1
