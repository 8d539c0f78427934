"""Exports of more annotation tools, in the tools' own form."""

import json
from pathlib import Path

import numpy as np

from .listing import export
from .scenes import (
    COLOURS,
    COUNT,
    HEIGHT,
    MAPS,
    NAMES,
    STEMS,
    WIDTH,
    instance_map,
    scene,
    write_map,
    write_maps,
    write_photo,
    write_photos,
    write_text,
)


def _percent(thing) -> list[list[float]]:
    return [[100 * x / WIDTH, 100 * y / HEIGHT] for x, y in thing.corners]


@export('Label Studio: JSON, polygons')
def label_studio_json(folder: Path) -> None:
    write_photos(folder / 'images')
    tasks = []
    for index, stem in enumerate(STEMS):
        results = [
            dict(id=f'r{number}', type='polygonlabels', from_name='label', to_name='image',
                 original_width=WIDTH, original_height=HEIGHT, image_rotation=0,
                 value=dict(points=_percent(thing), closed=True,
                            polygonlabels=[NAMES[thing.kind]]))
            for number, thing in enumerate(scene(index))
        ]  # fmt: skip
        tasks.append(dict(
            id=index + 1, annotations=[dict(id=index, result=results, was_cancelled=False)],
            data=dict(image=f'/data/upload/1/{index:08x}-{stem}.jpg'),
            file_upload=f'{index:08x}-{stem}.jpg', predictions=[],
        ))  # fmt: skip
    write_text(folder / 'project-1-at-2026-11-30.json', json.dumps(tasks))


@export('Label Studio: brush labels as PNG, one an object', any_order=True)
def label_studio_brush(folder: Path) -> None:
    write_photos(folder / 'images')
    for index in range(COUNT):
        for number, thing in enumerate(scene(index)):
            name = f'task-{index + 1}-annotation-{index + 1}-by-1-tag-{NAMES[thing.kind]}-{number}'
            write_map(folder / f'masks/{name}.png', thing.mask * np.uint8(255))


@export('Segments.ai: PNG')
def segments_ai(folder: Path) -> None:
    samples = []
    for index, stem in enumerate(STEMS):
        write_map(folder / f'{stem}_label_ground-truth.png', instance_map(index))
        write_map(folder / f'{stem}_label_ground-truth_semantic.png', MAPS[index])
        write_map(folder / f'{stem}_label_ground-truth_colored.png', COLOURS[MAPS[index]])
        marks = [dict(id=number, category_id=thing.kind)
                 for number, thing in enumerate(scene(index), 1)]  # fmt: skip
        samples.append(dict(name=f'{stem}.jpg', labels={'ground-truth': dict(annotations=marks)}))
    write_photos(folder)
    categories = [dict(id=i, name=NAMES[i], color=COLOURS[i].tolist()) for i in (1, 2, 3)]
    content = dict(dataset=dict(task_attributes=dict(categories=categories), samples=samples))
    write_text(folder / 'export_coco-panoptic_v1.json', json.dumps(content))


@export('PixelAnnotationTool')
def pixel_annotation_tool(folder: Path) -> None:
    write_photos(folder)
    for index, stem in enumerate(STEMS):
        strokes = np.where(instance_map(index) % 2, MAPS[index], 0).astype(np.uint8)
        write_map(folder / f'{stem}_mask.png', strokes)
        write_map(folder / f'{stem}_watershed_mask.png', MAPS[index])
        write_map(folder / f'{stem}_color_mask.png', COLOURS[MAPS[index]])


@export('VGG Image Annotator: JSON')
def via(folder: Path) -> None:
    write_photos(folder)
    content = {}
    for index, stem in enumerate(STEMS):
        size = (folder / f'{stem}.jpg').stat().st_size
        regions = [
            dict(shape_attributes=dict(name='polygon',
                                       all_points_x=[x for x, _ in thing.corners],
                                       all_points_y=[y for _, y in thing.corners]),
                 region_attributes=dict(label=NAMES[thing.kind]))
            for thing in scene(index)
        ]  # fmt: skip
        content[f'{stem}.jpg{size}'] = dict(filename=f'{stem}.jpg', size=size, regions=regions,
                                            file_attributes={})  # fmt: skip
    write_text(folder / 'via_region_data.json', json.dumps(content))


@export('FiftyOne: ImageSegmentationDirectory', photos='data', masks='labels')
def fiftyone(folder: Path) -> None:
    write_photos(folder / 'data')
    write_maps(folder / 'labels')


@export('V7 Darwin: JSON')
def darwin(folder: Path) -> None:
    write_photos(folder / 'images')
    for index, stem in enumerate(STEMS):
        annotations = [
            dict(name=NAMES[thing.kind], id=str(number), bounding_box={},
                 polygon=dict(paths=[[dict(x=float(x), y=float(y)) for x, y in thing.corners]]))
            for number, thing in enumerate(scene(index))
        ]  # fmt: skip
        slot = dict(type='image', slot_name='0', width=WIDTH, height=HEIGHT)
        content = dict(version='2.0', item=dict(name=f'{stem}.jpg', path='/', slots=[slot]),
                       annotations=annotations)  # fmt: skip
        write_text(folder / f'annotations/{stem}.json', json.dumps(content))


@export('SuperAnnotate: pixel project', 'classes/classes.json')
def superannotate(folder: Path) -> None:
    write_photos(folder, '.jpg')
    for index, stem in enumerate(STEMS):
        # Colours of its own for each object; the JSON says which class that is.
        palette = np.random.default_rng(index).integers(1, 255, (6, 3)).astype(np.uint8)
        palette[0] = 0
        write_map(folder / f'{stem}.jpg___save.png', palette[instance_map(index)])
        write_map(folder / f'{stem}.jpg___fuse.png', COLOURS[MAPS[index]])
        instances = [
            dict(className=NAMES[thing.kind], classId=thing.kind, visible=True,
                 parts=[dict(color='#{:02x}{:02x}{:02x}'.format(*palette[number].tolist()))])
            for number, thing in enumerate(scene(index), 1)
        ]  # fmt: skip
        content = dict(metadata=dict(name=f'{stem}.jpg', width=WIDTH, height=HEIGHT),
                       instances=instances)  # fmt: skip
        write_text(folder / f'{stem}.jpg___pixel.json', json.dumps(content))
    classes = [dict(id=i, name=NAMES[i], color='#{:02x}{:02x}{:02x}'.format(*COLOURS[i].tolist()))
               for i in (1, 2, 3)]  # fmt: skip
    write_text(folder / 'classes/classes.json', json.dumps(classes))


@export('RectLabel: one mask a class')
def rectlabel(folder: Path) -> None:
    write_photos(folder / 'images')
    for stem, ids in zip(STEMS, MAPS):
        for kind in np.unique(ids[ids > 0]):
            mask = (ids == kind) * np.uint8(255)
            write_map(folder / f'masks/{stem}_class_{NAMES[kind]}.png', mask)


@export('RectLabel: one mask an object', lost='lost')
def rectlabel_objects(folder: Path) -> None:
    write_photos(folder / 'images')
    for index, stem in enumerate(STEMS):
        for number, thing in enumerate(scene(index)):
            write_map(folder / f'masks/{stem}_object{number}.png', thing.mask * np.uint8(255))


@export('One folder a class, masks of 0 and 255')
def folder_a_class(folder: Path) -> None:
    write_photos(folder / 'images')
    for stem, ids in zip(STEMS, MAPS):
        for kind in (1, 2, 3):
            write_map(folder / f'masks/{NAMES[kind]}/{stem}.png', (ids == kind) * np.uint8(255))


@export('One folder a photo, one mask an object (DSB 2018)', lost='lost')
def folder_a_photo(folder: Path) -> None:
    for index, stem in enumerate(STEMS):
        write_photo(folder / f'{stem}/images/{stem}.png', index)
        for number, thing in enumerate(scene(index)):
            write_map(folder / f'{stem}/masks/{number:032x}.png', thing.mask * np.uint8(255))


@export('Scale, Labelbox, Kili: RGBA masks', 'classes.csv', 'images', 'masks')
def rgba(folder: Path) -> None:
    write_photos(folder / 'images')
    for stem, ids in zip(STEMS, MAPS):
        alpha = np.where(ids > 0, 255, 0).astype(np.uint8)
        write_map(folder / f'masks/{stem}.png', np.dstack([COLOURS[ids], alpha]))
    rows = ''.join(f'{name},{",".join(map(str, colour))}\n'
                   for name, colour in zip(NAMES, COLOURS.tolist()))  # fmt: skip
    write_text(folder / 'classes.csv', 'name,r,g,b\n' + rows)


@export('Hasty, Encord: index masks and a JSON of classes', 'label_map.json', 'images', 'masks')
def name_to_id(folder: Path) -> None:
    write_photos(folder / 'images')
    write_maps(folder / 'masks')
    listed = {name: index for index, name in enumerate(NAMES)}
    write_text(folder / 'label_map.json', json.dumps(listed))


@export('Dataloop, Appen: colour masks and hex colours', 'classes.json', 'images', 'masks')
def hex_colours(folder: Path) -> None:
    write_photos(folder / 'images')
    write_maps(folder / 'masks', colours=True)
    listed = {name: '#{:02X}{:02X}{:02X}'.format(*c) for name, c in zip(NAMES, COLOURS.tolist())}
    write_text(folder / 'classes.json', json.dumps(listed))
