"""The recipe that is written, and the split."""

from pathlib import Path

import numpy as np
import pytest
from mmagic.registry import DATASETS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from planted import draw, label, save, write_classes, write_tree

from projects.ecgan.engine.configuration import check_config
from projects.ecgan.errors import ConfigError, DataError
from projects.ecgan.preparation import Machine, propose, survey, write_recipe

NETWORKS = ('generator', 'discriminator', 'label_generator')
ON_A_CPU = Machine(1)


def written(
    root: Path,
    path: Path,
    classes: Path | None = None,
    machine: Machine = ON_A_CPU,
    **settings: object,
) -> Config:
    found = survey([root], classes)
    train, _, _ = found.split()
    settings = {'iterations': 2, **settings}
    proposal = propose(list(found.sizes.elements()), len(train), machine, **settings)
    files = write_recipe(path, found, proposal)
    assert all(file.is_file() for file in files) and files[0] == path
    # However long the user's own path is.
    text = path.read_text().replace(str(root), 'mine')
    assert max(map(len, text.splitlines())) <= 100
    cfg = Config.fromfile(path)
    init_default_scope('mmagic')
    check_config(cfg)
    assert not {'size', 'files', 'classes', 'palette'} & set(cfg)
    return cfg


@pytest.mark.parametrize('coding', ['ids', 'palette', 'colours'])
def test_samples_are_what_was_drawn(tmp_path, coding):
    root = write_tree(tmp_path / 'mine', 10, coding, instances=coding == 'ids')
    cfg = written(root, tmp_path / 'my.py', write_classes(tmp_path / 'classes.txt'), size=(64, 96))
    names = []
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        loader.dataset.pipeline = [
            step for step in loader.dataset.pipeline if 'Flip' not in step.type
        ]
        for sample in DATASETS.build(loader.dataset):
            name = sample['data_samples'].sample_name
            names.append(name)
            photo, labels, _ = draw(int(name))
            assert np.array_equal(sample['inputs']['label'].numpy(), labels)
            assert ('boundary' in sample['inputs']) is (coding == 'ids')
            seen = sample['inputs']['image'].numpy()[::-1].transpose(1, 2, 0)
            difference = seen - photo.astype(int)
            assert abs(difference).mean() < 5  # JPEG
    assert sorted(names) == [f'{i:03d}' for i in range(10)]
    assert len(cfg.val_dataloader.dataset.pipeline) == (6 if coding == 'ids' else 4)
    assert cfg.model.data_preprocessor.num_classes == 8
    assert cfg.train_cfg.max_iters == 2
    networks = [cfg.model[name] for name in NETWORKS]
    assert {(part.base_channels, part.init_gain) for part in networks} == {(16, 1.0)}
    assert cfg.model.feature_matching_loss.loss_weight == 3 and cfg.model.perceptual_loss is None
    rates = cfg.optim_wrapper
    assert (rates.generator.optimizer.lr, rates.discriminator.optimizer.lr) == (2e-3, 2e-4)


@pytest.mark.parametrize(('gigabytes', 'width'), [(6, {32}), (24, {64, None})])
def test_on_a_gpu_networks_are_as_wide_as_it_holds(tmp_path, gigabytes, width):
    root = write_tree(tmp_path / 'mine', 6, 'ids')
    machine = Machine(cores=4, gpu='a GPU', gpu_bytes=gigabytes * 10**9)
    cfg = written(root, tmp_path / 'my.py', machine=machine, size=(256, 256))
    networks = [cfg.model[name] for name in NETWORKS]
    assert {part.get('base_channels') for part in networks} == width
    assert not any('init_gain' in part for part in networks)
    rates = cfg.optim_wrapper
    assert (rates.generator.optimizer.lr, rates.discriminator.optimizer.lr) == (1e-4, 4e-4)


@pytest.mark.parametrize(
    'machine', [Machine(1, has_encoder=True), Machine(1, 'a GPU', 24 * 10**9, True)]
)
def test_perceptual_loss_where_its_encoder_is_installed(tmp_path, machine):
    root = write_tree(tmp_path / 'mine', 6, 'ids')
    cfg = written(root, tmp_path / 'my.py', machine=machine, size=(64, 64))
    assert cfg.model.perceptual_loss == dict(
        type='EncoderPerceptualLoss', loss_weight=1.0, encoder=dict(type='efficientnet-lite1')
    )


def test_what_is_special_is_written_down(tmp_path):
    root = write_tree(tmp_path / 'mine', 12)
    for index in range(12):
        labels = draw(index)[1]
        save(label(root, f'{index:03d}'), np.dstack([labels * 30] * 3))
    cfg = written(root, tmp_path / 'my.py')
    dataset = DATASETS.build(dict(cfg.val_dataloader.dataset, pipeline=[dict(type='LoadLabelMap')]))
    for sample in dataset:
        assert np.array_equal(sample['gt_seg_map'], draw(int(sample['sample_name']))[1])


@pytest.mark.parametrize('where', ['side by side', 'two folders'])
def test_wherever_the_files_lie(tmp_path, where):
    photos = tmp_path / 'a' / 'mine'
    labels = photos if where == 'side by side' else tmp_path / 'b'
    for index in range(6):
        photo, ids, _ = draw(index)
        save(photos / f'town/{index}.PNG', photo)
        save(labels / f'town/{index}_L.png', ids)
    found = survey([photos] if labels == photos else [photos, labels])
    proposal = propose(list(found.sizes.elements()), 5, Machine(1))
    write_recipe(tmp_path / 'my.py', found, proposal)
    init_default_scope('mmagic')
    loader = Config.fromfile(tmp_path / 'my.py').train_dataloader
    dataset = DATASETS.build(dict(loader.dataset, pipeline=[dict(type='LoadLabelMap')]))
    assert len(dataset) == 5
    for sample in dataset:
        index = int(sample['sample_name'].removeprefix('town/'))
        assert np.array_equal(sample['gt_seg_map'], draw(index)[1])


def test_folders_of_splits(tmp_path):
    for split, first, count in (('train', 0, 6), ('val', 6, 2), ('test', 8, 3)):
        write_tree(tmp_path / 'mine' / split, count, first=first)
    cfg = written(tmp_path / 'mine', tmp_path / 'my.py')
    assert (tmp_path / 'my_train.txt').read_text().split() == [f'00{i}' for i in range(6)]
    assert (tmp_path / 'my_val.txt').read_text().split() == ['006', '007']
    assert cfg.train_dataloader.dataset.img_dir == 'train/images'
    assert cfg.val_dataloader.dataset.label_dir == 'val/labels'
    assert len(DATASETS.build(cfg.val_dataloader.dataset)) == 2


def test_hold_out_is_drawn_and_stays(tmp_path):
    root = write_tree(tmp_path / 'mine', 20)
    train, val, how = survey([root]).split()
    assert len(train) == 18 and len(val) == 2 and 'drawn at random' in how
    assert not {pair.name for pair in train} & {pair.name for pair in val}
    assert survey([root]).split() == (train, val, how)


def test_one_pair_is_no_data_set(tmp_path):
    root = write_tree(tmp_path / 'mine', 1)
    with pytest.raises(DataError, match='needs two good pairs, there are 1'):
        survey([root]).split()


def test_crops_at_native_scale(tmp_path):
    root = write_tree(tmp_path / 'mine', 4)
    cfg = written(root, tmp_path / 'my.py', size=(32, 64), crop=True)
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        assert not any('Resize' in step.type for step in loader.dataset.pipeline)
        loader.dataset.pipeline = [s for s in loader.dataset.pipeline if 'Flip' not in s.type]
    (sample,) = DATASETS.build(cfg.val_dataloader.dataset)
    labels = draw(int(sample['data_samples'].sample_name))[1]
    assert np.array_equal(sample['inputs']['label'].numpy(), labels[16:48, 16:80])
    assert sample['inputs']['image'].shape == (3, 32, 64)
    sample = DATASETS.build(cfg.train_dataloader.dataset)[0]
    labels = draw(int(sample['data_samples'].sample_name))[1]
    windows = np.lib.stride_tricks.sliding_window_view(labels, (32, 64))
    assert (windows == sample['inputs']['label'].numpy()).all((2, 3)).any()


def test_crops_of_instance_maps_are_refused(tmp_path):
    root = write_tree(tmp_path / 'mine', 4, instances=True)
    with pytest.raises(ConfigError, match=r'--crop: mmcv .* knows no instance maps'):
        written(root, tmp_path / 'my.py', size=(32, 64), crop=True)


def test_what_a_split_leaves_out_is_said(tmp_path):
    write_tree(tmp_path / 'mine/val', 4)
    write_tree(tmp_path / 'mine/test', 3, first=10)
    train, val, how = survey([tmp_path / 'mine']).split()
    assert len(train) + len(val) == 4 and how.endswith('; 3 pairs of other folders unused')


def test_a_split_by_lists(tmp_path):
    root = write_tree(tmp_path / 'mine', 6)
    for split, names in (('train', '0123'), ('val', '45')):
        (root / f'{split}.txt').write_text(''.join(f'00{name}\n' for name in names))
    train, val, how = survey([root]).split()
    assert (len(train), len(val), how) == (4, 2, 'lists named train and val')
