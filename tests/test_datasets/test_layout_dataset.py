"""Photos and maps in folders."""

import cv2
import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope

from projects.ecgan.datasets import LayoutImageDataset, draw_scene
from projects.ecgan.errors import ConfigError, DataError

LOADING = [dict(type='mmcv.LoadImageFromFile'), dict(type='LoadLabelMap')]


@pytest.fixture
def folders(tmp_path):
    """Three scenes as files: photos and maps in folders, one of them a level deeper."""
    init_default_scope('mmagic')
    for index, name in enumerate(('a', 'b', 'town/c')):
        photo, labels, instances = draw_scene(index, 0, (32, 40))
        for folder, suffix, picture in (
            ('img', '_photo.png', photo),
            ('label', '_ids.png', labels),
            ('inst', '.png', instances.astype(np.uint16)),
            ('edge', '.png', (labels > 3).astype(np.uint8)),
        ):
            path = tmp_path / folder / (name + suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            assert cv2.imwrite(str(path), picture)
    return tmp_path


def _dataset(root, **kwargs):
    settings = dict(
        data_root=str(root),
        img_dir='img',
        label_dir='label',
        img_suffix='_photo.png',
        label_suffix='_ids.png',
    )
    return LayoutImageDataset(**{**settings, **kwargs})


def test_files_are_matched_by_name_and_load_unchanged(folders):
    pipeline = [*LOADING, dict(type='LoadInstanceMap'), dict(type='LoadEdgeMap')]
    dataset = _dataset(folders, instance_dir='inst', edge_dir='edge', pipeline=pipeline)
    assert [item['sample_name'] for item in dataset] == ['a', 'b', 'town/c']
    for index, item in enumerate(dataset):
        photo, labels, instances = draw_scene(index, 0, (32, 40))
        assert np.array_equal(item['img'], photo)
        assert np.array_equal(item['gt_seg_map'], labels) and item['gt_seg_map'].dtype == np.uint8
        # Beyond 8 bits: ids of windows and cars are 4000 and more.
        assert np.array_equal(item['gt_instance_map'], instances) and instances.max() > 3000
        assert np.array_equal(item['gt_edge_map'], np.where(labels > 3, 255, 0))
        assert item['seg_fields'] == ['gt_seg_map', 'gt_instance_map', 'gt_edge_map']
        assert (item['sample_idx'], item['ori_shape']) == (index, (32, 40))
    assert item['img_path'] == str(folders / 'img/town/c_photo.png')
    assert item['seg_map_path'] == str(folders / 'label/town/c_ids.png')


def test_list_of_names_and_indices(folders):
    (folders / 'names.txt').write_text('town/c\n\na\n')
    dataset = _dataset(folders, ann_file='names.txt')
    assert [item['sample_name'] for item in dataset] == ['town/c', 'a']
    assert _dataset(folders, indices=[1])[0]['sample_name'] == 'b'


def test_label_maps_alone(folders):
    loading = [dict(type='LoadPhoto'), dict(type='LoadLabelMap')]
    resize = dict(type='mmseg.Resize', scale=(20, 16), interpolation='bicubic')
    pipeline = [
        *loading,
        resize,
        dict(type='InstanceBoundary', source='gt_seg_map'),
        dict(type='PackLayoutInputs', size=(16, 20)),
    ]
    (folders / 'img/b_photo.png').unlink()
    alone = _dataset(folders, img_dir=None, pipeline=pipeline)
    assert [item['data_samples'].sample_name for item in alone] == ['a', 'b', 'town/c']
    beside = _dataset(folders, pipeline=pipeline)
    for index, name in ((0, 'a'), (2, 'town/c')):
        item, other = alone[index], beside[min(index, 1)]
        assert other['data_samples'].sample_name == item['data_samples'].sample_name == name
        assert set(item['inputs']) == {'label', 'boundary'} and 'gt_img' not in item['data_samples']
        assert torch.equal(item['inputs']['label'], other['inputs']['label'])
        assert torch.equal(item['inputs']['boundary'], other['inputs']['boundary'])
    with pytest.raises(ConfigError, match=r'CannyEdges needs a photo.*a_ids\.png'):
        _dataset(folders, img_dir=None, pipeline=[*loading, dict(type='CannyEdges')])[0]
    with pytest.raises(DataError, match='1 of 3 label maps have no instance map'):
        (folders / 'inst/a.png').unlink()
        _dataset(folders, img_dir=None, instance_dir='inst')


def test_label_map_without_a_photo_is_left_out(folders):
    (folders / 'img/b_photo.png').unlink()
    assert [item['sample_name'] for item in _dataset(folders)] == ['a', 'town/c']


def test_missing_files_stop_at_the_start(folders):
    with pytest.raises(FileNotFoundError, match=r'no folder of photos at .*nowhere.*set data_root'):
        _dataset(folders, img_dir='nowhere')
    with pytest.raises(FileNotFoundError, match=r'no folder of instance maps at .*gone'):
        _dataset(folders, instance_dir='gone')
    with pytest.raises(FileNotFoundError, match=r"none of its 3 files ends with '.jpg', the first"):
        _dataset(folders, img_suffix='.jpg')
    with pytest.raises(FileNotFoundError, match=r'no list of names at .*absent.txt'):
        _dataset(folders, ann_file='absent.txt')
    (folders / 'names.txt').write_text('a\nz\n')
    with pytest.raises(ValueError, match=r'1 of the 2 names in .*names.txt have no photo .*: z$'):
        _dataset(folders, ann_file='names.txt')
    (folders / 'label/a_ids.png').unlink()
    (folders / 'label/town/c_ids.png').unlink()
    with pytest.raises(ValueError, match=r'2 of 3 photos have no label map .*: a, town/c$'):
        _dataset(folders)


def test_long_lists_of_missing_files_are_cut(folders):
    for index in range(14):
        cv2.imwrite(str(folders / f'img/more{index:02d}_photo.png'), np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(ValueError, match=r'14 of 17 .*more00, .*more09 and 4 more$'):
        _dataset(folders)


@pytest.mark.parametrize('content', [b'', b'this is not a picture'])
@pytest.mark.parametrize('file', ['img/b_photo.png', 'label/b_ids.png'])
def test_unreadable_file_is_named(folders, file, content):
    (folders / file).write_bytes(content)
    dataset = _dataset(folders, pipeline=LOADING)
    assert dataset[0]['sample_name'] == 'a'
    with pytest.raises(DataError, match=str(folders / file)):
        dataset[1]


def test_map_of_another_size_or_with_colours_is_named(folders):
    dataset = _dataset(folders, pipeline=LOADING)
    cv2.imwrite(str(folders / 'label/b_ids.png'), np.zeros((32, 41), np.uint8))
    with pytest.raises(DataError, match=r'b_ids.png is 41x32 pixels, but its photo is 40x32'):
        dataset[1]
    cv2.imwrite(str(folders / 'label/b_ids.png'), np.zeros((32, 40, 3), np.uint8))
    with pytest.raises(DataError, match=r'b_ids.png must hold ids .* \(32, 40, 3\)'):
        dataset[1]


def test_map_that_the_data_set_has_no_folder_for(folders):
    dataset = _dataset(folders, pipeline=[*LOADING, dict(type='LoadEdgeMap')])
    with pytest.raises(ConfigError, match=r"LoadEdgeMap needs 'edge_path'"):
        dataset[0]


def test_zero_as_unknown(folders):
    labels = np.zeros((32, 40), np.uint8)
    labels[0, :4] = (0, 1, 150, 255)
    cv2.imwrite(str(folders / 'label/a_ids.png'), labels)
    item = _dataset(folders, reduce_zero_label=True, pipeline=LOADING)[0]
    assert item['gt_seg_map'][0, :4].tolist() == [255, 0, 149, 255]
    assert (item['gt_seg_map'][1:] == 255).all()


def test_palette_png_gives_its_indices(folders):
    from PIL import Image

    labels = draw_scene(0, 0, (32, 40))[1]
    picture = Image.fromarray(labels, mode='P')
    picture.putpalette([255 - value // 3 for value in range(768)])
    picture.save(folders / 'label/a_ids.png')
    assert np.array_equal(_dataset(folders, pipeline=LOADING)[0]['gt_seg_map'], labels)


def test_meta_information(folders):
    dataset = _dataset(folders, labels='cityscapes')
    assert len(dataset.metainfo['classes']) == len(dataset.metainfo['palette']) == 35
    dataset = _dataset(folders, metainfo=dict(classes=('x', 'y')))
    assert dataset.metainfo['classes'] == ('x', 'y') and len(dataset.metainfo['palette']) == 2
