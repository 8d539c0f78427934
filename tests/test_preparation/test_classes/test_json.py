"""Tables of classes in the JSON of annotation tools and toolboxes."""

import json

import pytest

from projects.ecgan.preparation import read_classes

GREY, BLUE = (128, 128, 128), (64, 0, 128)
BARE = [(0, 'sky', None), (1, 'car', None)]
ONES = [(1, 'sky', None), (2, 'car', None)]
FULL = [(0, 'sky', GREY), (1, 'car', BLUE)]
FULL_ONES = [(1, 'sky', GREY), (2, 'car', BLUE)]
PICTURES = dict(images=[dict(id=1)], annotations=[dict(id=1, category_id=1)], info=dict(year=2026))
JSON = {
    'ids of names': (dict(sky=0, car=1), BARE),
    'names of ids': ({'0': 'sky', '1': 'car'}, BARE),
    'hex of names': (dict(sky='#808080', car='#400080'), FULL),
    'names of colours': ({'128,128,128': 'sky', '(64, 0, 128)': 'car'}, FULL),
    'objects of names': (
        dict(sky=dict(id=0, color=[128] * 3), car=dict(id=1, color=[64, 0, 128])),
        FULL,
    ),
    'objects of ids': (
        {'0': dict(name='sky', color='#808080'), '1': dict(name='car', color='#400080')},
        FULL,
    ),
    'r g b': (
        [
            dict(name='sky', color=dict(r=128, g=128, b=128)),
            dict(name='car', color=dict(r=64, g=0, b=128, a=255)),
        ],
        FULL,
    ),
    'road grass building': (
        dict(road=0, grass=1, building=2),
        [(0, 'road', None), (1, 'grass', None), (2, 'building', None)],
    ),
    'rows': ([['sky', [128] * 3], ['car', [64, 0, 128]]], FULL),
    'rows of ids': ([[0, 'sky'], [1, 'car']], BARE),
    'a class called names': (dict(names=0, labels=1), [(0, 'names', None), (1, 'labels', None)]),
    # mmsegmentation.
    'metainfo': (
        dict(METAINFO=dict(classes=['sky', 'car'], palette=[[128] * 3, [64, 0, 128]])),
        FULL,
    ),
    'reduced': (
        dict(classes=['sky', 'car'], palette=[], reduce_zero_label=True),
        [(0, 'unlabelled', None), *ONES],
    ),
    # Supervisely: its ids are no pixel values.
    'supervisely': (
        dict(
            classes=[
                dict(
                    title='sky',
                    shape='bitmap',
                    color='#808080',
                    geometry_config={},
                    id=4711,
                    hotkey='',
                ),
                dict(
                    title='car',
                    shape='polygon',
                    color='#400080',
                    geometry_config={},
                    id=4712,
                    hotkey='',
                ),
            ],
            tags=[],
            projectType='images',
        ),
        FULL,
    ),
    'obj_class_to_machine_color': (dict(sky=[1, 1, 1], car=[2, 2, 2]), ONES),
    # COCO, also with its pictures; panoptic.
    'coco': (
        dict(
            PICTURES,
            categories=[
                dict(id=1, name='sky', supercategory='air'),
                dict(id=2, name='car', supercategory=''),
            ],
        ),
        ONES,
    ),
    'coco stuff': (
        [dict(id=1, name='sky', supercategory='air'), dict(id=2, name='car', supercategory='')],
        ONES,
    ),
    'panoptic': (
        dict(
            PICTURES,
            categories=[
                dict(id=1, name='sky', isthing=0, color=[128] * 3),
                dict(id=2, name='car', isthing=1, color=[64, 0, 128]),
            ],
        ),
        FULL_ONES,
    ),
    # CVAT's constructor of labels; ids are those of its server.
    'cvat': (
        [
            dict(name='sky', color='#808080', attributes=[]),
            dict(name='car', color='#400080', attributes=[dict(name='a')]),
        ],
        FULL,
    ),
    'cvat raw': (
        [
            dict(name='sky', id=811, color='#808080', type='any', attributes=[]),
            dict(name='car', id=812, color='#400080', type='any', attributes=[]),
        ],
        FULL,
    ),
    # Segments.ai: 0 is what nobody labelled.
    'segments': (
        dict(
            name='a',
            dataset=dict(
                name='b',
                task_type='segmentation-bitmap',
                samples=[dict(name='c')],
                task_attributes=dict(
                    format_version='0.1',
                    categories=[
                        dict(name='sky', id=1, color=[128] * 3, attributes=[]),
                        dict(name='car', id=2, color=[64, 0, 128]),
                    ],
                ),
            ),
        ),
        [(0, 'unlabelled', None), *FULL_ONES],
    ),
    # Mapillary Vistas.
    'vistas': (
        dict(
            version='1.2',
            mapping='public',
            folder_structure='{split}',
            labels=[
                dict(
                    name='nature--sky',
                    readable='Sky',
                    color=[128] * 3,
                    evaluate=True,
                    instances=False,
                ),
                dict(
                    name='void--unlabeled',
                    readable='Unlabeled',
                    color=[0] * 3,
                    evaluate=False,
                    instances=False,
                ),
            ],
        ),
        [(0, 'nature--sky', GREY), (1, 'void--unlabeled', (0, 0, 0))],
    ),
    # FiftyOne.
    'mask targets': (dict(mask_targets={'1': 'sky', '2': 'car'}), ONES),
    'fields': (
        dict(
            name='mine',
            version='1',
            info={},
            classes={},
            default_classes=[],
            default_mask_targets={},
            mask_targets=dict(ground_truth={'1': 'sky', '2': 'car'}),
        ),
        ONES,
    ),
    'colours of masks': (
        {'#808080': dict(label='sky', intTarget=1), '#400080': dict(label='car', intTarget=2)},
        FULL_ONES,
    ),
    # datumaro.
    'datumaro': (
        dict(
            info={},
            items=[],
            categories=dict(
                label=dict(
                    labels=[
                        dict(name='sky', parent='', attributes=[]),
                        dict(name='car', parent='', attributes=[]),
                    ],
                    attributes=[],
                ),
                mask=dict(
                    colormap=[
                        dict(label_id=0, r=128, g=128, b=128),
                        dict(label_id=1, r=64, g=0, b=128),
                    ]
                ),
            ),
        ),
        FULL,
    ),
    'dataset_meta': (
        dict(
            labels=['sky', 'car'],
            label_map={'0': 'sky', '1': 'car'},
            segmentation_colors=[[128] * 3, [64, 0, 128]],
            background_label='0',
        ),
        FULL,
    ),
    # Hugging Face.
    'both ways': (
        dict(
            id2label={'0': 'sky', '1': 'car'},
            label2id=dict(sky=0, car=1),
            model_type='x',
            hidden_size=3,
        ),
        BARE,
    ),
    # Unity Perception, before and after SOLO.
    'unity': (
        dict(
            version='0.0.1',
            annotation_definitions=[
                dict(
                    id='a1',
                    name='semantic segmentation',
                    format='PNG',
                    spec=[
                        dict(label_name='sky', pixel_value=dict(r=0.5, g=0.5, b=0.5, a=1.0)),
                        dict(label_name='car', pixel_value=dict(r=0.25, g=0, b=0.5, a=1.0)),
                    ],
                )
            ],
        ),
        FULL,
    ),
    'solo': (
        dict(
            annotationDefinitions=[
                {
                    '@type': 'x',
                    'id': 'Segmentation',
                    'description': 'd',
                    'spec': [
                        dict(labelName='sky', pixelValue=[128, 128, 128, 255]),
                        dict(labelName='car', pixelValue=[64, 0, 128, 255]),
                    ],
                }
            ]
        ),
        FULL,
    ),
    'labelbox': (
        dict(
            tools=[
                dict(
                    tool='superpixel',
                    name='sky',
                    color='#808080',
                    featureSchemaId='c',
                    required=False,
                    classifications=[],
                ),
                dict(
                    tool='superpixel',
                    name='car',
                    color='#400080',
                    featureSchemaId='d',
                    required=False,
                    classifications=[],
                ),
            ],
            classifications=[],
        ),
        FULL,
    ),
}


@pytest.mark.parametrize('name', JSON)
def test_json(tmp_path, name):
    content, rows = JSON[name]
    (tmp_path / 'a.json').write_text(json.dumps(content))
    assert read_classes(tmp_path / 'a.json') == rows
