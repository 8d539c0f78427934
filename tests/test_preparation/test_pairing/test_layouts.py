"""Folders as data sets and tools write them: what is taken, what is said, what is refused."""

import re

import pytest

from projects.ecgan.datasets import LayoutImageDataset
from projects.ecgan.errors import UserError
from projects.ecgan.preparation.pairing.folders import find_branches
from projects.ecgan.preparation.pairing.layouts import NAMES, end_row, folder_row, split_of_folder
from projects.ecgan.preparation.pairing.pair_files import pair_files
from projects.ecgan.preparation.pairing.places import split_of_parts


def two(*patterns):
    """Each pattern for two samples."""
    return [pattern.format(name) for name in ('p0', 'p1') for pattern in patterns]


# Files; the photo and the label map of the first pair, how many pairs; words of the notes.
TAKEN = {
    'VOC': (
        [
            *two('JPEGImages/{}.jpg', 'SegmentationClass/{}.png', 'SegmentationObject/{}.png'),
            'Annotations/p0.xml',
            'ImageSets/Segmentation/train.txt',
        ],
        ('JPEGImages/p0.jpg', 'SegmentationClass/p0.png', 2),
        [],
    ),
    'VOC, in its own folders': (
        two('VOCdevkit/VOC2012/JPEGImages/{}.jpg', 'VOCdevkit/VOC2012/SegmentationClass/{}.png'),
        ('VOCdevkit/VOC2012/JPEGImages/p0.jpg', 'VOCdevkit/VOC2012/SegmentationClass/p0.png', 2),
        [],
    ),
    'CamVid of a CVAT task': (
        [*two('default/{}.jpg', 'defaultannot/{}.png'), 'default.txt', 'label_colors.txt'],
        ('default/p0.jpg', 'defaultannot/p0.png', 2),
        [],
    ),
    'CamVid of CVAT with splits in capitals': (
        [*two('Train/{}.png', 'Trainannot/{}.png'), 'Val/v.png', 'Valannot/v.png'],
        ('Train/p0.png', 'Trainannot/p0.png', 3),
        [],
    ),
    'CamVid as published': (
        two('701_StillsRaw_full/{}.png', 'LabeledApproved_full/{}_L.png'),
        ('701_StillsRaw_full/p0.png', 'LabeledApproved_full/p0_L.png', 2),
        [],
    ),
    'CamVid of Kaggle': (
        two('train/{}.png', 'train_labels/{}_L.png', 'val/{}.png', 'val_labels/{}_L.png'),
        ('train/p0.png', 'train_labels/p0_L.png', 4),
        [],
    ),
    'Cityscapes of CVAT': (
        two(
            'imgsFine/leftImg8bit/default/{}_leftImg8bit.png',
            'gtFine/default/{}_gtFine_color.png',
            'gtFine/default/{}_gtFine_labelIds.png',
            'gtFine/default/{}_gtFine_instanceIds.png',
        ),
        (
            'imgsFine/leftImg8bit/default/p0_leftImg8bit.png',
            'gtFine/default/p0_gtFine_labelIds.png',
            2,
        ),
        ["'_gtFine_labelIds' (2 pairs); '_gtFine_color' fits 2 too: --end _gtFine_color"],
    ),
    'Cityscapes with all of its parts': (
        two(
            'leftImg8bit/train/ulm/{}_leftImg8bit.png',
            'rightImg8bit/train/ulm/{}_rightImg8bit.png',
            'disparity/train/ulm/{}_disparity.png',
            'gtCoarse/train/ulm/{}_gtCoarse_labelIds.png',
            'gtFine/train/ulm/{}_gtFine_labelTrainIds.png',
            'gtFine/train/ulm/{}_gtFine_labelIds.png',
        ),
        (
            'leftImg8bit/train/ulm/p0_leftImg8bit.png',
            'gtFine/train/ulm/p0_gtFine_labelIds.png',
            2,
        ),
        ['gtCoarse/ holds 2 too: --labels gtCoarse', '_labelTrainIds', 'not used: disparity/'],
    ),
    'KITTI': (
        [
            *two(
                'training/image_2/{}.png',
                'training/instance/{}.png',
                'training/semantic/{}.png',
                'training/semantic_rgb/{}.png',
            ),
            'testing/image_2/p9.png',
        ],
        ('training/image_2/p0.png', 'training/semantic/p0.png', 2),
        ['training/semantic_rgb/ holds 2 too', 'not used: testing/image_2/ (1 pictures)'],
    ),
    'FiftyOne': (
        two('data/{}.jpg', 'labels/{}.png'),
        ('data/p0.jpg', 'labels/p0.png', 2),
        [],
    ),
    'data, a folder of folders': (
        two('data/images/{}.jpg', 'data/masks/{}.png'),
        ('data/images/p0.jpg', 'data/masks/p0.png', 2),
        [],
    ),
    'Supervisely': (
        [
            *two(
                'ds0/img/{}.png',
                'ds0/ann/{}.png.json',
                'ds0/masks_machine/{}.png',
                'ds0/masks_human/{}.png',
                'ds0/masks_instances/{}/car_0.png',
            ),
            'meta.json',
            'obj_class_to_machine_color.json',
        ],
        ('ds0/img/p0.png', 'ds0/masks_machine/p0.png', 2),
        ['ds0/masks_human/ (2 pictures, neither photos nor label maps by its name)'],
    ),
    'Supervisely, two data sets': (
        [
            *two('ds0/img/{}.png', 'ds0/masks_machine/{}.png'),
            'ds1/img/q.png',
            'ds1/masks_machine/q.png',
        ],
        ('ds0/img/p0.png', 'ds0/masks_machine/p0.png', 2),
        ['left out: ds1/img/ with ds1/masks_machine/ (1)'],
    ),
    'Mapillary Vistas': (
        [
            *two(
                'training/images/{}.jpg',
                'training/v1.2/labels/{}.png',
                'training/v1.2/instances/{}.png',
                'training/v2.0/labels/{}.png',
                'training/v2.0/panoptic/{}.png',
                'training/v2.0/polygons/{}.json',
            ),
            'validation/images/v.jpg',
            'validation/v1.2/labels/v.png',
            'testing/images/t.jpg',
        ],
        ('training/images/p0.jpg', 'training/v1.2/labels/p0.png', 3),
        ['training/v2.0/labels/ holds 2 too: --labels training/v2.0/labels', 'testing/images/'],
    ),
    'Segments.ai': (
        two(
            '{}.jpg',
            '{}_label_ground-truth.png',
            '{}_label_ground-truth_semantic.png',
            '{}_label_ground-truth_semantic_colored.png',
        ),
        ('p0.jpg', 'p0_label_ground-truth_semantic.png', 2),
        ['_label_ground-truth_semantic_colored'],
    ),
    'PixelAnnotationTool': (
        two('{}.jpg', '{}_color_mask.png', '{}_mask.png', '{}_watershed_mask.png'),
        ('p0.jpg', 'p0_watershed_mask.png', 2),
        ["'_mask' fits 2 too", "'_color_mask' fits 2 too"],
    ),
    'DRIVE': (
        [
            f'{split}/{folder}/{number}{end}'
            for split, number in (('training', '21'), ('training', '22'), ('test', '01'))
            for folder, end in (
                ('images', f'_{split}.tif'),
                ('mask', f'_{split}_mask.png'),
                ('1st_manual', '_manual1.png'),
            )
        ],
        ('training/images/21_training.tif', 'training/1st_manual/21_manual1.png', 3),
        ['training/mask/ holds 2 too: --labels training/mask'],
    ),
    'CHASE_DB1': (
        two('{}.jpg', '{}_1stHO.png', '{}_2ndHO.png'),
        ('p0.jpg', 'p0_1stHO.png', 2),
        ["'_2ndHO' fits 2 too"],
    ),
    'COCO-Stuff': (
        [
            *two('images/train2017/{}.jpg', 'stuffthingmaps/train2017/{}.png'),
            'annotations/panoptic_train2017/p0.png',
            'annotations/panoptic_train2017/p1.png',
        ],
        ('images/train2017/p0.jpg', 'stuffthingmaps/train2017/p0.png', 2),
        ['annotations/panoptic_train2017/ (2 pictures, numbers of segments by its name)'],
    ),
    'COCO-Stuff beside bare folders of photos': (
        [
            *two('train2017/{}.jpg', 'stuffthingmaps/train2017/{}.png'),
            'val2017/v.jpg',
            'stuffthingmaps/val2017/v.png',
        ],
        ('train2017/p0.jpg', 'stuffthingmaps/train2017/p0.png', 3),
        [],
    ),
    'ADE20K, the benchmark': (
        [*two('images/training/{}.jpg', 'annotations/training/{}.png'), 'objectInfo150.txt'],
        ('images/training/p0.jpg', 'annotations/training/p0.png', 2),
        [],
    ),
    'common_semantic_segmentation (datumaro)': (
        [*two('images/{}.jpg', 'masks/{}.png'), 'dataset_meta.json'],
        ('images/p0.jpg', 'masks/p0.png', 2),
        [],
    ),
    'SYNTHIA': (
        two('RGB/{}.png', 'GT/LABELS/{}.png', 'GT/COLOR/{}.png', 'Depth/{}.png'),
        ('RGB/p0.png', 'GT/LABELS/p0.png', 2),
        ['GT/COLOR/ holds 2 too: --labels GT/COLOR', 'not used: Depth/'],
    ),
    'Roboflow': (
        two('train/{}_jpg.rf.1a.jpg', 'train/{}_jpg.rf.1a_mask.png', 'valid/{}.jpg')
        + two('valid/{}_mask.png')
        + ['train/_classes.csv'],
        ('train/p0_jpg.rf.1a.jpg', 'train/p0_jpg.rf.1a_mask.png', 4),
        [],
    ),
    'Ultralytics masks': (
        two('images/train/{}.jpg', 'masks/train/{}.png', 'labels/train/{}.txt'),
        ('images/train/p0.jpg', 'masks/train/p0.png', 2),
        [],
    ),
    'labelme2voc': (
        [
            *two(
                'JPEGImages/{}.jpg',
                'SegmentationClass/{}.png',
                'SegmentationClassNpy/{}.npy',
                'SegmentationClassVisualization/{}.jpg',
                'SegmentationObject/{}.png',
                'SegmentationObjectVisualization/{}.jpg',
            ),
            'class_names.txt',
        ],
        ('JPEGImages/p0.jpg', 'SegmentationClass/p0.png', 2),
        ['SegmentationClassNpy/ holds 2 too', 'not used: SegmentationClassVisualization/'],
    ),
    'labelme2voc of old': (
        two('JPEGImages/{}.jpg', 'SegmentationClass/{}.npy', 'SegmentationClassPNG/{}.png'),
        ('JPEGImages/p0.jpg', 'SegmentationClass/p0.npy', 2),
        ['SegmentationClassPNG/ holds 2 too: --labels SegmentationClassPNG'],
    ),
    'BDD100K': (
        two(
            'images/10k/train/{}.jpg',
            'labels/sem_seg/masks/train/{}.png',
            'labels/sem_seg/colormaps/train/{}.png',
            'labels/pan_seg/bitmasks/train/{}.png',
            'labels/ins_seg/bitmasks/train/{}.png',
        ),
        ('images/10k/train/p0.jpg', 'labels/sem_seg/masks/train/p0.png', 2),
        ['labels/sem_seg/colormaps'],
    ),
    'nnU-Net': (
        [*two('imagesTr/{}_0000.png', 'labelsTr/{}.png'), 'imagesTs/t_0000.png', 'dataset.json'],
        ('imagesTr/p0_0000.png', 'labelsTr/p0.png', 2),
        ['not used: imagesTs/'],
    ),
    'Carvana': (
        [*two('train/{}.jpg', 'train_masks/{}_mask.png'), 'test/t.jpg'],
        ('train/p0.jpg', 'train_masks/p0_mask.png', 2),
        ['not used: test/ (1 pictures)'],
    ),
    'Superb AI': (
        two('images/{}.jpg', 'masks/classId/group/{}.png', 'masks/instanceId/group/{}.png'),
        ('images/p0.jpg', 'masks/classId/group/p0.png', 2),
        [],
    ),
    'DeepGlobe': (
        two('train/{}_sat.jpg', 'train/{}_mask.png'),
        ('train/p0_sat.jpg', 'train/p0_mask.png', 2),
        [],
    ),
    'ISPRS Potsdam': (
        two('2_Ortho_RGB/{}_RGB.tif', '5_Labels_all/{}_label.tif'),
        ('2_Ortho_RGB/p0_RGB.tif', '5_Labels_all/p0_label.tif', 2),
        [],
    ),
    'LoveDA': (
        [
            *two('Train/Rural/images_png/{}.png', 'Train/Rural/masks_png/{}.png'),
            'Train/Urban/images_png/u.png',
            'Train/Urban/masks_png/u.png',
        ],
        ('Train/Rural/images_png/p0.png', 'Train/Rural/masks_png/p0.png', 2),
        ['left out: Train/Urban/images_png/ with Train/Urban/masks_png/ (1)'],
    ),
    'ScanNet frames': (
        two('color/{}.jpg', 'label/{}.png', 'instance/{}.png', 'depth/{}.png'),
        ('color/p0.jpg', 'label/p0.png', 2),
        ['not used: depth/'],
    ),
    'Keras, a folder for each class of generator': (
        two('train/images/img/{}.png', 'train/masks/img/{}.png'),
        ('train/images/img/p0.png', 'train/masks/img/p0.png', 2),
        [],
    ),
    'Kaggle, nested twice': (
        two('images/images/{}.jpg', 'masks/masks/{}.png'),
        ('images/images/p0.jpg', 'masks/masks/p0.png', 2),
        [],
    ),
    'photos above, masks below': (
        two('{}.jpg', 'masks/{}.png'),
        ('p0.jpg', 'masks/p0.png', 2),
        [],
    ),
    'photos and label maps of one suffix, one above the other': (
        two('{}.png', 'masks/{}.png'),
        ('p0.png', 'masks/p0.png', 2),
        [],
    ),
    'labels before annotations, both named': (
        two('images/{}.jpg', 'annotations/{}.png', 'labels/{}.png'),
        ('images/p0.jpg', 'labels/p0.png', 2),
        ['label maps: labels/ (2 pairs); annotations/ holds 2 too: --labels annotations'],
    ),
    'ids in labels, colours beside': (
        two('images/{}.jpg', 'labels_colored/{}.png', 'annotations/{}.png', 'overlays/{}.png'),
        ('images/p0.jpg', 'annotations/p0.png', 2),
        ['labels_colored/ holds 2 too', 'not used: overlays/'],
    ),
    'suffix of the photo in the name of the map': (
        two('img/{}.jpg', 'masks/{}.jpg.png'),
        ('img/p0.jpg', 'masks/p0.jpg.png', 2),
        [],
    ),
    'ISIC': (
        two('ISIC_Data/{}.jpg', 'ISIC_Part1_GroundTruth/{}_segmentation.png'),
        ('ISIC_Data/p0.jpg', 'ISIC_Part1_GroundTruth/p0_segmentation.png', 2),
        [],
    ),
    'labelme, single pictures with the same classes': (
        two('{}_json/img.png', '{}_json/label.png', '{}_json/label_viz.png'),
        ('p0_json/img.png', 'p0_json/label.png', 2),
        [],
    ),
    'RUGD': (
        two('RUGD_frames-with-annotations/creek/{}.png', 'RUGD_annotations/creek/{}.png'),
        ('RUGD_frames-with-annotations/creek/p0.png', 'RUGD_annotations/creek/p0.png', 2),
        [],
    ),
    'Freiburg Forest': (
        two(
            'train/rgb/{}_Clipped.jpg',
            'train/nir_color/{}.png',
            'train/depth_gray/{}.png',
            'train/GT_color/{}_mask.png',
        ),
        ('train/rgb/p0_Clipped.jpg', 'train/GT_color/p0_mask.png', 2),
        ['train/nir_color/ holds 2 too'],
    ),
    'SPADE and pix2pixHD': (
        two('train_img/{}.jpg', 'train_label/{}.png', 'train_inst/{}.png')
        + two('val_img/{}.jpg', 'val_label/{}.png', 'val_inst/{}.png'),
        ('train_img/p0.jpg', 'train_label/p0.png', 4),
        [],
    ),
    'two formats': (
        two('images/{}.jpg', 'labels/{}.png', 'labels/{}.jpg'),
        ('images/p0.jpg', 'labels/p0.png', 2),
        ['label maps: .png (2); .jpg of the same names are left out'],
    ),
    'a class of places whose name has a split in it': (
        two('images/train_station/{}.jpg', 'labels/train_station/{}.png'),
        ('images/train_station/p0.jpg', 'labels/train_station/p0.png', 2),
        [],
    ),
    'names of another language, told by formats': (
        two('Bilder/{}.jpg', 'Masken/{}.png'),
        ('Bilder/p0.jpg', 'Masken/p0.png', 2),
        ['photos: Bilder/, label maps: Masken/, as the first holds JPEGs'],
    ),
    'cellpose': (
        two('{}.tif', '{}_cp_masks.png', '{}_flows.tif'),
        ('p0.tif', 'p0_cp_masks.png', 2),
        [],
    ),
    'hidden files and litter': (
        [
            *two('images/{}.jpg', 'labels/{}.png', 'images/._{}.jpg', '__MACOSX/labels/{}.png'),
            '@eaDir/images/p0.jpg',
            'images/Thumbs.db',
        ],
        ('images/p0.jpg', 'labels/p0.png', 2),
        [],
    ),
}


def write(root, files):
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def read_by_the_data_set(pairing, root):
    """Photos and label maps that the data set finds when it is told what was found here."""
    read = []
    for branch in {pair.branch.split: pair.branch for pair in pairing.pairs}.values():
        pairs = [pair for pair in pairing.pairs if pair.branch == branch]
        names = root / 'names.txt'
        names.write_text('\n'.join(pair.name for pair in pairs))
        data = LayoutImageDataset(
            img_dir=str(branch.folders['photo']),
            label_dir=str(branch.folders['label']),
            img_suffix=sorted({pair.suffix('photo') for pair in pairing.pairs}),
            label_suffix=sorted({pair.suffix('label') for pair in pairing.pairs}),
            ann_file=str(names),
        )
        read += [(each['img_path'], each['seg_map_path']) for each in data]
    return sorted(read)


@pytest.mark.parametrize('tool', TAKEN)
def test_what_is_taken(tmp_path, tool):
    files, (photo, label, count), words = TAKEN[tool]
    write(tmp_path, files)
    pairing = pair_files(find_branches([tmp_path]))
    pair = pairing.pairs[0]
    taken = [pair.files[kind].relative_to(tmp_path).as_posix() for kind in ('photo', 'label')]
    assert [*taken, len(pairing.pairs)] == [photo, label, count]
    assert pairing.findings == []
    assert read_by_the_data_set(pairing, tmp_path) == sorted(
        (str(pair.files['photo']), str(pair.files['label'])) for pair in pairing.pairs
    )
    for word in words:
        assert word in '\n'.join(pairing.notes)
    if not words:
        assert not [note for note in pairing.notes if 'too' in note or 'left out' in note]


REFUSED = {
    'COCO panoptic': (
        [
            *two('images/{}.jpg', 'annotations/panoptic_default/{}.png'),
            'annotations/panoptic_default.json',
        ],
        r'annotations/panoptic_default/ \(2 pictures\) holds numbers of segments by its name',
    ),
    'instances alone': (
        two('JPEGImages/{}.jpg', 'SegmentationObject/{}.png'),
        r'SegmentationObject/ \(2 pictures\) holds numbers of objects by its name',
    ),
    'instances alone, by ends': (
        two('images/{}.jpg', 'labels/{}_instanceIds.png'),
        r"no label maps by the ends of their names: '_instanceIds' \(instance\)",
    ),
    'instances alone, side by side': (
        two('{}.jpg', '{}_label_ground-truth.png'),
        r"no label maps by the ends of their names: '_label_ground-truth' \(instance\)",
    ),
    'YOLO': (
        [*two('images/{}.jpg', 'labels/{}.txt'), 'data.yaml'],
        r'no photo has a label map .* 2 \.txt in labels/',
    ),
    'COCO JSON': (
        [*two('train/{}.jpg'), 'train/_annotations.coco.json'],
        r'1 \.json in train/',
    ),
    'labelme': (two('{}.jpg', '{}.json'), r'2 \.json in it'),
    'VOC, boxes alone': (
        two('JPEGImages/{}.jpg', 'Annotations/{}.xml'),
        r'2 \.xml in Annotations/',
    ),
    'ADE20K, full': (
        two(
            'images/training/a/{}.jpg',
            'images/training/a/{}_seg.png',
            'images/training/a/{}_parts_1.png',
        ),
        r'the full ADE20K.*ADEChallengeData2016',
    ),
    'a mask for each object': (
        two('images/{}.jpg', 'masks/{}_0.png', 'masks/{}_1.png'),
        r'only numbers tell apart \(_0, _1\)',
    ),
    'Label Studio, photos of other names': (
        ['images/a.jpg', 'images/b.jpg', 'masks/task-1-annotation-2-by-1-tag-sky-0.png'],
        r'masks of Label Studio, whose names tell the number of the task',
    ),
    'names that begin otherwise': (
        ['images/image_1.jpg', 'images/image_2.jpg', 'masks/mask_1.png', 'masks/mask_2.png'],
        r'these differ in what comes before the number: rename them',
    ),
    'a folder for each sample': (
        [f's{i}/{folder}/a.png' for i in range(50) for folder in ('images', 'masks')],
        r'has 100 folders with pictures',
    ),
    'photos to train and to test on': (
        two('train/{}.jpg', 'test/{}.png'),
        'no photo has a label map',
    ),
    'pix2pix, two folders that say nothing': (
        two('trainA/{}.jpg', 'trainB/{}.jpg'),
        r'folders whose names say nothing are given one by one',
    ),
}


@pytest.mark.parametrize('tool', REFUSED)
def test_what_is_refused(tmp_path, tool):
    files, sentence = REFUSED[tool]
    write(tmp_path, files)
    with pytest.raises(UserError) as refused:
        pair_files(find_branches([tmp_path]))
    assert re.search(sentence, str(refused.value)) and '\n' not in str(refused.value)


@pytest.mark.parametrize('row', NAMES, ids=lambda row: row.example.split(' ')[0].strip('_,;'))
def test_every_row_reads_its_examples(row):
    for example in re.findall(r'([^\s;,]+)(?: \(|;|,|$)', re.sub(r'\([^)]*\)', '', row.example)):
        folder, _, name = example.rpartition('/')
        found = end_row(name) if name.startswith('_') else folder_row(name, 'label' * bool(folder))
        assert found and (found.kind, found.rank) == (row.kind, row.rank), (example, found)


def test_splits_by_names():
    assert split_of_folder('train2017') == split_of_folder('Training') == ('train', '')
    assert split_of_folder('images-val') == ('val', 'images')
    assert split_of_folder('imagesTs') == ('test', 'images') and split_of_folder('ts') == ('', 'ts')
    assert split_of_folder('trainannot') == ('train', 'annot')
    assert [split_of_parts([name]) for name in ('train_station', 'test_set', 'val_img')] == [
        '', 'test', 'val',
    ]  # fmt: skip


def test_names_that_say_nothing():
    assert folder_row('ds0') is None and folder_row('aachen') is None
    assert folder_row('colour') is None and folder_row('colour', 'label').rank == 90
    assert end_row('_L').kind == end_row('').kind == end_row('-classes').kind == 'label'
