"""Photos and maps in folders."""

import cv2
import numpy as np
import pytest
import torch
from mmengine import fileio
from mmengine.fileio import LocalBackend
from mmengine.registry import init_default_scope
from PIL import Image, ImageOps

from projects.ecgan.datasets import (
    SCENE_CLASSES,
    LayoutImageDataset,
    draw_scene,
    generated_palette,
    layout_dataset,
)
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


def test_links_are_followed_circles_end_and_litter_is_left_out(folders):
    (folders / 'store').mkdir()
    (folders / 'label' / 'town').rename(folders / 'store' / 'maps')
    (folders / 'label' / 'town').symlink_to(folders / 'store' / 'maps')
    (folders / 'store' / 'maps' / 'up').symlink_to(folders / 'label')
    (folders / 'img' / 'loop').symlink_to(folders / 'img' / 'loop')
    for name in ('__MACOSX/a', '._b', '@eaDir/c'):
        path = folders / 'img' / f'{name}_photo.png'
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert [info['sample_name'] for info in _dataset(folders)] == ['a', 'b', 'town/c']


def test_other_backends_list_their_files(folders, monkeypatch):
    class Remote(LocalBackend):
        def list_dir_or_file(self, *args, **kwargs):
            asked.append(args)
            return super().list_dir_or_file(*args, **kwargs)

    asked = []
    monkeypatch.setattr(fileio, 'get_file_backend', lambda *_, **__: Remote())
    assert len(_dataset(folders)) == 3 and len(asked) == 2


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


def _warnings(monkeypatch):
    said = []
    monkeypatch.setattr(layout_dataset, 'print_log', lambda text, **_: said.append(text))
    return said


def test_label_maps_without_a_photo_are_left_out_in_one_warning(folders, monkeypatch):
    said = _warnings(monkeypatch)
    assert len(_dataset(folders)) == 3 and not said
    (folders / 'img/b_photo.png').unlink()
    (folders / 'img/a_photo.png').rename(folders / 'img/a_photo.bmp')
    assert [item['sample_name'] for item in _dataset(folders, edge_dir='edge')] == ['town/c']
    assert len(said) == 1
    assert '2 of 3 label maps in ' in said[0] and 'have no photo and are left out: a, b;' in said[0]
    assert '2 of 3 edge maps in ' in said[0]
    assert said[0].endswith("do not end with '_photo.png' and are left out: a_photo.bmp")
    # Who names the samples knows of the others.
    (folders / 'names.txt').write_text('town/c')
    assert len(_dataset(folders, ann_file='names.txt')) == 1 and len(said) == 1


def test_several_suffixes_in_any_case(folders):
    (folders / 'img/b_photo.png').rename(folders / 'img/b.JPeG')
    (folders / 'img/a_photo.png').rename(folders / 'img/a_PHOTO.PNG')
    (folders / 'label/b_ids.png').rename(folders / 'label/b.TIF')
    dataset = _dataset(
        folders, img_suffix=['_photo.png', '.jpeg'], label_suffix=('_ids.PNG', '.tif')
    )
    assert [item['sample_name'] for item in dataset] == ['a', 'b', 'town/c']
    assert dataset[0]['img_path'].endswith('img/a_PHOTO.PNG')
    assert dataset[1]['seg_map_path'].endswith('label/b.TIF')
    (folders / 'img/a.jpeg').write_bytes(b'')
    with pytest.raises(DataError, match=r'several photos of one name .*: a.jpeg, a_PHOTO.PNG$'):
        _dataset(folders, img_suffix=['_photo.png', '.jpeg'], label_suffix=('_ids.png', '.tif'))


def test_photos_and_label_maps_in_one_folder(folders):
    for path in [*(folders / 'label').rglob('*.png')]:
        path.rename(folders / 'img' / path.relative_to(folders / 'label'))
    for name in ('a', 'b', 'town/c'):
        (folders / f'img/{name}_photo.png').rename(folders / f'img/{name}.png')
    dataset = _dataset(folders, label_dir='img', img_suffix='.png', pipeline=LOADING)
    assert [item['sample_name'] for item in dataset] == ['a', 'b', 'town/c']
    assert all(item['gt_seg_map'].max() < 8 for item in dataset)


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
    cv2.imwrite(str(folders / 'label/b_ids.png'), np.zeros((40, 32), np.uint8))
    with pytest.raises(
        DataError, match=r'is 32x40 .*turned by 90 degrees it would fit: photos are'
    ):
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


def test_table_of_ids(folders):
    table = {0: 5, 5: 0, 3: 255, 7: 300}
    dataset = _dataset(folders, label_map=table, pipeline=LOADING)
    for index, item in enumerate(dataset):
        labels = draw_scene(index, 0, (32, 40))[1]
        expected = [[table.get(int(value), int(value)) for value in row] for row in labels]
        assert item['gt_seg_map'].tolist() == expected
    assert dataset.get_data_info(0)['label_map'] == table  # mmsegmentation's key
    # A config that is merged by --cfg-options can hold pairs, not numbers as keys.
    pairs = _dataset(folders, label_map=[[0, 5], [5, 0], [3, 255], [7, 300]], pipeline=LOADING)
    assert np.array_equal(pairs[1]['gt_seg_map'], dataset[1]['gt_seg_map'])
    with pytest.raises(ConfigError, match='leave reduce_zero_label out'):
        _dataset(folders, label_map=table, reduce_zero_label=True)


@pytest.mark.slow
def test_colours(folders):
    colours = generated_palette(8)
    for name in ('a', 'b', 'town/c'):
        path = str(folders / f'label/{name}_ids.png')
        ids = cv2.imread(path, cv2.IMREAD_UNCHANGED)
        cv2.imwrite(path, np.array(colours, np.uint8)[ids][..., ::-1])
    for settings in (
        dict(label_colours=colours),
        dict(metainfo=dict(classes=SCENE_CLASSES, palette=colours)),
        dict(label_colours=colours, metainfo=dict(classes=SCENE_CLASSES)),
    ):
        dataset = _dataset(folders, pipeline=LOADING, **settings)
        for index, item in enumerate(dataset):
            assert np.array_equal(item['gt_seg_map'], draw_scene(index, 0, (32, 40))[1])
            assert item['gt_seg_map'].dtype == np.uint8
    mapped = _dataset(folders, pipeline=LOADING, label_colours=colours, label_map={2: 255})[0]
    labels = draw_scene(0, 0, (32, 40))[1]
    assert np.array_equal(mapped['gt_seg_map'], np.where(labels == 2, 255, labels))
    with pytest.raises(DataError, match=r'a_ids.png: 1 of its \d colours are of no class'):
        missing = [colour for i, colour in enumerate(colours) if i != labels[0, 0]]
        _dataset(folders, pipeline=LOADING, label_colours=missing)[0]
    # Colours that were made up here mean nothing in the files.
    with pytest.raises(DataError, match='must hold ids in one channel'):
        _dataset(folders, pipeline=LOADING, metainfo=dict(classes=SCENE_CLASSES))[0]
    with pytest.raises(ConfigError, match='three numbers from 0 to 255, got'):
        _dataset(folders, label_colours=[(0, 0, 256)])


@pytest.mark.parametrize('turn', [2, 3, 4, 5, 6, 7, 8])
def test_a_turned_photo_is_read_as_it_is_displayed(folders, turn):
    """All EXIF orientations, with the label map of what is seen."""
    pixels = np.arange(16 * 24 * 3, dtype=np.uint8).reshape(16, 24, 3) // 4
    pixels[:8, :8] = 250
    exif = Image.Exif()
    exif[0x0112] = turn
    Image.fromarray(pixels).save(folders / 'img/a.jpg', exif=exif, quality=98, subsampling=0)
    seen = ImageOps.exif_transpose(Image.open(folders / 'img/a.jpg'))
    Image.fromarray(np.zeros(seen.size[::-1], np.uint8)).save(folders / 'label/a.png')
    (folders / 'names.txt').write_text('a')
    dataset = _dataset(
        folders,
        ann_file='names.txt',
        img_suffix='.jpg',
        label_suffix='.png',
        pipeline=[dict(type='LoadPhoto'), LOADING[1]],
    )
    item = dataset[0]
    assert item['img'].shape == (*seen.size[::-1], 3) == ((24, 16, 3) if turn > 4 else (16, 24, 3))
    difference = item['img'][..., ::-1].astype(int) - np.asarray(seen)
    assert abs(difference).max() <= 3
    bright = np.argwhere(item['img'].min(axis=2) > 200).mean(axis=0) / item['img'].shape[:2]
    corner = {2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}[turn]
    assert (bright > 0.5).astype(int).tolist() == list(corner)


def test_palette_png_gives_its_indices(folders):
    labels = draw_scene(0, 0, (32, 40))[1]
    picture = Image.fromarray(labels, mode='P')
    picture.putpalette([255 - value // 3 if value % 3 else 7 for value in range(768)])
    picture.save(folders / 'label/a_ids.png')
    assert np.array_equal(_dataset(folders, pipeline=LOADING)[0]['gt_seg_map'], labels)


def test_meta_information(folders):
    dataset = _dataset(folders, labels='cityscapes')
    assert len(dataset.metainfo['classes']) == len(dataset.metainfo['palette']) == 35
    dataset = _dataset(folders, metainfo=dict(classes=('x', 'y')))
    assert dataset.metainfo['classes'] == ('x', 'y') and len(dataset.metainfo['palette']) == 2
