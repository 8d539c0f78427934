"""The layouts of known data sets, in which people and tools keep their own."""

import json
from pathlib import Path

import numpy as np

from .listing import export
from .scenes import (
    COLOURS,
    MAPS,
    NAMES,
    STEMS,
    instance_map,
    scene,
    write_map,
    write_maps,
    write_photo,
    write_photos,
    write_text,
)


def _instance_ids(index: int, factor: int) -> np.ndarray:
    ids, numbers = MAPS[index].astype(np.uint16), instance_map(index)
    return np.where(ids, ids * factor + numbers, 0).astype(np.uint16)


@export('KITTI semantics', photos='training/image_2', masks='training/semantic')
def kitti(folder: Path) -> None:
    base = folder / 'training'
    write_photos(base / 'image_2', '.png')
    write_maps(base / 'semantic')
    write_maps(base / 'semantic_rgb', colours=True)
    for index, stem in enumerate(STEMS):
        write_map(base / f'instance/{stem}.png', _instance_ids(index, 256))


@export('Mapillary Vistas', 'config_v2.0.json', 'training/images', 'training/v2.0/labels')
def vistas(folder: Path) -> None:
    base = folder / 'training'
    write_photos(base / 'images')
    write_maps(base / 'v2.0/labels', palette=COLOURS)
    for index, stem in enumerate(STEMS):
        write_map(base / f'v2.0/instances/{stem}.png', _instance_ids(index, 256))
        polygons = [dict(label=NAMES[t.kind], polygon=t.corners) for t in scene(index)]
        write_text(base / f'v2.0/polygons/{stem}.json', json.dumps(dict(objects=polygons)))
    labels = [dict(color=colour, instances=True, readable=name.title(), name=name, evaluate=True)
              for name, colour in zip(NAMES, COLOURS.tolist())]  # fmt: skip
    write_text(folder / 'config_v2.0.json', json.dumps(dict(labels=labels, version='2.0')))


@export('ADE20K challenge', 'objectInfo150.txt', 'images', 'annotations',
        names=('unlabelled', *NAMES[1:]))  # fmt: skip
def ade20k(folder: Path) -> None:
    for split, part in (('training', slice(0, 4)), ('validation', slice(4, 6))):
        for index, stem in list(enumerate(STEMS))[part]:
            write_photo(folder / f'images/{split}/{stem}.jpg', index)
            write_map(folder / f'annotations/{split}/{stem}.png', MAPS[index])
    rows = ''.join(f'{i}\t0.1\t100\t10\t{NAMES[i]}, other name\n' for i in (1, 2, 3))
    write_text(folder / 'objectInfo150.txt', 'Idx\tRatio\tTrain\tVal\tName\n' + rows)


@export('ADE20K full: class in red and green, object in blue')
def ade20k_full(folder: Path) -> None:
    for index, stem in enumerate(STEMS):
        # Classes of the full data set: far above 255.
        number = np.array([0, 976, 400, 2855])[MAPS[index]]
        red, green, blue = number // 256 * 10, number % 256, instance_map(index)
        write_photo(folder / f'training/street/{stem}.jpg', index)
        picture = np.stack([red, green, blue], -1).astype(np.uint8)
        write_map(folder / f'training/street/{stem}_seg.png', picture)


@export(
    'DRIVE',
    photos='training/images',
    masks='training/1st_manual',
    names=('no', 'vessel'),
    of=(0, 1, 0, 0),
)
def drive(folder: Path) -> None:
    base = folder / 'training'
    for index, stem in enumerate(STEMS):
        write_photo(base / f'images/{stem}_training.tif', index)
        vessels = (MAPS[index] == 1) * np.uint8(255)
        rows, columns = np.mgrid[: vessels.shape[0], : vessels.shape[1]]
        view = np.hypot(rows - 32, (columns - 48) * 0.7) < 31
        write_map(base / f'mask/{stem}_training_mask.gif', view * np.uint8(255))
        write_map(base / f'1st_manual/{stem}_manual1.gif', vessels)


@export('Stanford background: regions as text')
def stanford(folder: Path) -> None:
    write_photos(folder / 'images')
    for stem, ids in zip(STEMS, MAPS):
        rows = '\n'.join(' '.join(map(str, row)) for row in ids.astype(int) - 1)
        write_text(folder / f'labels/{stem}.regions.txt', rows + '\n')


@export('LoveDA', photos='Train/Urban/images_png', masks='Train/Urban/masks_png')
def loveda(folder: Path) -> None:
    write_photos(folder / 'Train/Urban/images_png', '.png')
    write_maps(folder / 'Train/Urban/masks_png')


@export('ISIC', photos='ISIC2018_Task1-2_Training_Input',
        masks='ISIC2018_Task1_Training_GroundTruth', names=('no', 'lesion'),
        of=(0, 1, 1, 1))  # fmt: skip
def isic(folder: Path) -> None:
    write_photos(folder / 'ISIC2018_Task1-2_Training_Input')
    for stem, ids in zip(STEMS, MAPS):
        name = f'ISIC2018_Task1_Training_GroundTruth/{stem}_segmentation.png'
        write_map(folder / name, (ids > 0) * np.uint8(255))


@export('Carvana', photos='train', masks='train_masks', names=('no', 'car'), of=(0, 1, 1, 1))
def carvana(folder: Path) -> None:
    write_photos(folder / 'train')
    for stem, ids in zip(STEMS, MAPS):
        write_map(folder / f'train_masks/{stem}_mask.gif', (ids > 0) * np.uint8(255))


@export('DeepGlobe: side by side', 'class_dict.csv', names=('urban_land', *NAMES[1:]))
def deepglobe(folder: Path) -> None:
    for index, stem in enumerate(STEMS):
        write_photo(folder / f'train/{stem}_sat.jpg', index)
        write_map(folder / f'train/{stem}_mask.png', COLOURS[MAPS[index]])
    names = ('urban_land', *NAMES[1:])
    rows = ''.join(f'{name},{r},{g},{b}\n' for name, (r, g, b) in zip(names, COLOURS.tolist()))
    write_text(folder / 'class_dict.csv', 'name,r,g,b\n' + rows)


@export('SUIM: BMP in colours', photos='images', masks='masks')
def suim(folder: Path) -> None:
    write_photos(folder / 'images')
    write_maps(folder / 'masks', '.bmp', colours=True)


@export('Potsdam', photos='2_Ortho_RGB', masks='5_Labels_all')
def potsdam(folder: Path) -> None:
    for index, stem in enumerate(STEMS):
        write_photo(folder / f'2_Ortho_RGB/top_potsdam_2_1{stem[1:]}_RGB.tif', index)
        write_map(folder / f'5_Labels_all/top_potsdam_2_1{stem[1:]}_label.tif',
                  COLOURS[MAPS[index]])  # fmt: skip


@export('nnU-Net', 'dataset.json', 'imagesTr', 'labelsTr')
def nnunet(folder: Path) -> None:
    for index, stem in enumerate(STEMS):
        write_photo(folder / f'imagesTr/{stem}_0000.png', index)
        write_map(folder / f'labelsTr/{stem}.png', MAPS[index])
    labels = {name: index for index, name in enumerate(NAMES)}
    channels = {'0': 'R', '1': 'G', '2': 'B'}
    content = dict(channel_names=channels, labels=labels, numTraining=6, file_ending='.png')
    write_text(folder / 'dataset.json', json.dumps(content))


@export('mmsegmentation: custom', 'meta.json', 'img_dir/train', 'ann_dir/train')
def mmseg(folder: Path) -> None:
    write_photos(folder / 'img_dir/train')
    write_maps(folder / 'ann_dir/train', '_seg_map.png')
    content = dict(classes=NAMES, palette=COLOURS.tolist())
    write_text(folder / 'meta.json', json.dumps(content))


@export('COCO-Stuff: trainIds beside ids', photos='images/train2017',
        masks='annotations/train2017')  # fmt: skip
def coco_stuff(folder: Path) -> None:
    write_photos(folder / 'images/train2017')
    write_maps(folder / 'annotations/train2017')
    for stem, ids in zip(STEMS, MAPS):
        train_ids = np.where(ids == 0, 255, ids - 1).astype(np.uint8)
        write_map(folder / f'annotations/train2017/{stem}_labelTrainIds.png', train_ids)


@export(
    'Oxford pets: trimaps, boxes',
    photos='images',
    masks='annotations/trimaps',
    names=('', 'animal', 'rest', 'border'),
    of=(1, 1, 2, 3),
)
def pets(folder: Path) -> None:
    write_photos(folder / 'images')
    # 1 is the animal, 2 the rest, 3 the border: no id 0.
    write_maps_of(folder / 'annotations/trimaps', [np.maximum(ids, 1) for ids in MAPS])
    write_text(folder / f'annotations/xmls/{STEMS[0]}.xml', '<annotation/>')
    write_text(folder / 'annotations/list.txt', ''.join(f'{s} 1 1 1\n' for s in STEMS))


def write_maps_of(folder: Path, maps: list[np.ndarray], end: str = '.png') -> None:
    for stem, ids in zip(STEMS, maps):
        write_map(folder / f'{stem}{end}', ids)


@export('CelebAMask-HQ: one mask a part')
def celeb(folder: Path) -> None:
    for index, stem in enumerate(STEMS):
        number = int(stem[1:])
        write_photo(folder / f'CelebA-HQ-img/{number}.jpg', index)
        for kind in np.unique(MAPS[index][MAPS[index] > 0]):
            name = f'CelebAMask-HQ-mask-anno/0/{number:05}_{NAMES[kind]}.png'
            write_map(folder / name, (MAPS[index] == kind) * np.uint8(255))


@export('DAVIS', photos='JPEGImages/480p', masks='Annotations/480p', lost='unseen')
def davis(folder: Path) -> None:
    for index in range(len(STEMS)):
        write_photo(folder / f'JPEGImages/480p/film/{index:05}.jpg', index)
        write_map(folder / f'Annotations/480p/film/{index:05}.png', instance_map(index),
                  np.arange(18).astype(np.uint8) * 9)  # fmt: skip


@export('BDD100K', photos='images/10k/train', masks='labels/sem_seg/masks/train')
def bdd(folder: Path) -> None:
    write_photos(folder / 'images/10k/train')
    write_maps(folder / 'labels/sem_seg/masks/train')
    write_maps(folder / 'labels/sem_seg/colormaps/train', colours=True)
    write_text(folder / 'labels/sem_seg/polygons/sem_seg_train.json', '[]')


@export('SBD: GTcls in .mat', photos='img', masks='cls')
def sbd(folder: Path) -> None:
    from scipy.io import savemat

    write_photos(folder / 'img')
    (folder / 'cls').mkdir()
    (folder / 'inst').mkdir()
    for index, stem in enumerate(STEMS):
        boundaries = np.empty((20, 1), object)
        boundaries[:, 0] = [MAPS[index] == value + 1 for value in range(20)]
        inside = dict(Boundaries=boundaries, Segmentation=MAPS[index],
                      CategoriesPresent=np.unique(MAPS[index]))  # fmt: skip
        savemat(folder / f'cls/{stem}.mat', dict(GTcls=inside))
        numbers = dict(Segmentation=instance_map(index), Categories=np.arange(1, 6))
        savemat(folder / f'inst/{stem}.mat', dict(GTinst=numbers))


@export('Pascal Context, COCO-Stuff 10k: LabelMap in .mat', photos='images', masks='labels')
def pascal_context(folder: Path) -> None:
    from scipy.io import savemat

    write_photos(folder / 'images')
    (folder / 'labels').mkdir()
    for stem, ids in zip(STEMS, MAPS):
        savemat(folder / f'labels/{stem}.mat', dict(LabelMap=ids.astype(np.uint16)))


@export('clothing-co-parsing: pixel annotations in .mat', photos='photos',
        masks='annotations/pixel-level')  # fmt: skip
def clothing(folder: Path) -> None:
    from scipy.io import savemat

    write_photos(folder / 'photos')
    (folder / 'annotations/pixel-level').mkdir(parents=True)
    for stem, ids in zip(STEMS, MAPS):
        savemat(folder / f'annotations/pixel-level/{stem}.mat', dict(groundtruth=ids))
    names = np.empty((1, 4), object)
    names[0] = NAMES
    savemat(folder / 'label_list.mat', dict(label_list=names))


@export('SegNet: CamVid with lists of pairs', photos='train', masks='trainannot')
def segnet(folder: Path) -> None:
    write_photos(folder / 'train', '.png')
    write_maps(folder / 'trainannot')
    lines = ''.join(f'/SegNet/CamVid/train/{s}.png /SegNet/CamVid/trainannot/{s}.png\n'
                    for s in STEMS)  # fmt: skip
    write_text(folder / 'train.txt', lines)
