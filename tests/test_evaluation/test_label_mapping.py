import pytest
import torch

from projects.ecgan.evaluation import build_label_mapping

# The published table of Cityscapes: id, train id, name (classes that are scored).
CITYSCAPES = [
    (7, 0, 'road'),
    (8, 1, 'sidewalk'),
    (11, 2, 'building'),
    (12, 3, 'wall'),
    (13, 4, 'fence'),
    (17, 5, 'pole'),
    (19, 6, 'traffic light'),
    (20, 7, 'traffic sign'),
    (21, 8, 'vegetation'),
    (22, 9, 'terrain'),
    (23, 10, 'sky'),
    (24, 11, 'person'),
    (25, 12, 'rider'),
    (26, 13, 'car'),
    (27, 14, 'truck'),
    (28, 15, 'bus'),
    (31, 16, 'train'),
    (32, 17, 'motorcycle'),
    (33, 18, 'bicycle'),
]


def test_cityscapes_id_by_id():
    mapping = build_label_mapping('cityscapes')
    mapped = mapping(torch.arange(35)).tolist()
    scored = {label: target for label, target, _ in CITYSCAPES}
    assert mapped == [scored.get(label, 255) for label in range(35)]
    assert mapping.classes == tuple(name for _, _, name in CITYSCAPES)


def test_coco_id_by_id():
    import runpy
    from pathlib import Path

    import mmseg

    converter = Path(mmseg.__file__).parent / '.mim/tools/dataset_converters/coco_stuff164k.py'
    theirs = runpy.run_path(str(converter))['clsID_to_trID']
    mapping = build_label_mapping('coco_stuff')
    mapped = mapping(torch.arange(182)).tolist()
    assert mapped == [theirs.get(label, 255) for label in range(182)]
    absent = [label for label in range(182) if mapped[label] == 255]
    assert absent == [11, 25, 28, 29, 44, 65, 67, 68, 70, 82, 90]
    assert sorted(set(mapped) - {255}) == list(range(171))


@pytest.mark.parametrize(
    ('label', 'name'),
    [(0, 'person'), (10, 'fire hydrant'), (12, 'stop sign'), (91, 'banner'), (181, 'wood')],
)
def test_coco_names(label, name):
    mapping = build_label_mapping('coco_stuff')
    assert mapping.classes[mapping(torch.tensor(label))] == name


def test_ade20k_id_by_id():
    from mmseg.datasets import ADE20KDataset

    mapping = build_label_mapping('ade20k')
    assert mapping(torch.arange(150)).tolist() == list(range(150))
    assert mapping.classes == tuple(ADE20KDataset.METAINFO['classes'])


def test_names_are_those_of_the_data_sets():
    from mmseg.datasets import CityscapesDataset, COCOStuffDataset

    for name, dataset in (('cityscapes', CityscapesDataset), ('coco_stuff', COCOStuffDataset)):
        assert build_label_mapping(name).classes == tuple(dataset.METAINFO['classes'])


@pytest.mark.parametrize('unknown', [150, 255])
def test_unknown_is_ignored(unknown):
    mapped = build_label_mapping('ade20k')(torch.tensor([[3, unknown]]), ignore_index=255)
    assert mapped.tolist() == [[3, 255]]


def test_ignore_index_wins_over_the_table():
    mapped = build_label_mapping('identity', 4)(torch.tensor([0, 1, 2, 3]), ignore_index=0)
    assert mapped.tolist() == [255, 1, 2, 3]


@pytest.mark.parametrize('ignore_index', [0, (0,), (0, 255)])
def test_unknown_stays_unknown_beside_an_ignored_class(ignore_index):
    mapping = build_label_mapping('identity', 3)
    assert mapping(torch.tensor([0, 1, 2, 3, 255]), ignore_index).tolist() == [255, 1, 2, 255, 255]


@pytest.mark.parametrize('alien', [-1, 151])
def test_alien_id_is_named(alien):
    mapping = build_label_mapping('ade20k')
    with pytest.raises(
        ValueError, match=rf"Label id {alien} is unknown to .*'ade20k' of ids 0..149"
    ):
        mapping(torch.tensor([[3, alien]]))


def test_unknown_name():
    with pytest.raises(ValueError, match="Unknown label mapping 'voc'"):
        build_label_mapping('voc')


def test_identity_needs_a_number_of_classes():
    with pytest.raises(ValueError, match='needs num_classes'):
        build_label_mapping('identity')


@pytest.mark.parametrize(('count', 'unknown'), [(255, 255), (256, 65535), (257, 65535)])
def test_unknown_is_no_class_of_many(count, unknown):
    mapping = build_label_mapping('identity', count)
    labels = torch.tensor([0, 254, count - 1, unknown, count])
    assert mapping.ignored == unknown
    assert mapping(labels).tolist() == [0, 254, count - 1, unknown, unknown]
