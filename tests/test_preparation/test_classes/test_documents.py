"""Tables of classes as YAML, Python and XML, and documents that are none."""

import pytest

from projects.ecgan.errors import DataError
from projects.ecgan.preparation import read_classes

GREY, BLUE = (128, 128, 128), (64, 0, 128)
BARE = [(0, 'sky', None), (1, 'car', None)]
FULL = [(0, 'sky', GREY), (1, 'car', BLUE)]
FULL_ONES = [(1, 'sky', GREY), (2, 'car', BLUE)]
LABELS = """
from collections import namedtuple
Label = namedtuple('Label', ['name', 'id', 'trainId', 'category', 'categoryId', 'hasInstances', 'ignoreInEval', 'color'])
labels = [
    #       name  id  trainId
    Label('unlabeled', 0, 255, 'void', 0, False, True, (0, 0, 0)),
    Label('sky', 1, 0, 'air', 1, False, False, (128, 128, 128)),
    Label(name='car', id=-1, trainId=-1, category='v', categoryId=7, hasInstances=True, ignoreInEval=True, color=(64, 0, 128)),
]
name2label = {label.name: label for label in labels}
"""  # noqa: E501
LABELS_ROWS = [(-1, 'car', BLUE), (0, 'unlabeled', (0, 0, 0)), (1, 'sky', GREY)]
DATA_SET = """
class Mine(BaseSegDataset):
    METAINFO = dict(classes=('sky', 'car'), palette=[[128, 128, 128], [64, 0, 128]])

    def __init__(self, img_suffix='.jpg', reduce_zero_label=True, **kwargs):
        super().__init__(**kwargs)
"""
XML = (
    '<View><Image name="image" value="$image"/><BrushLabels name="tag" toName="image">'
    '<Label value="sky" background="rgba(128, 128, 128, 0.7)"/><Label value="car" background='
    '"#400080"/></BrushLabels></View>'
)
CVAT = (
    '<annotations><meta><task><labels><label><name>sky</name><color>#808080</color><attributes/>'
    '</label><label><name>car</name><color>#400080</color></label></labels></task></meta>'
    '<image id="0"><polygon label="sky"/></image></annotations>'
)
OTHERS = {
    'data.yaml': ('train: ../train/images\nval: images\nnc: 2\nnames:\n  0: sky\n  1: car\n', BARE),
    'list.yaml': (
        "path: x\ntrain: [a, b]\nnc: 2\nnames: ['sky', 'car']\nroboflow:\n  version: 3\n",
        BARE,
    ),
    'plain.yml': ('- sky\n- car\n', BARE),
    'ids.yaml': ('0: sky\n1: car\n', BARE),
    'names.yaml': ('sky: 0\ncar: 1\n', BARE),
    # YAML 1.1 would read them as truth values and as eight.
    'words.yaml': ('- no\n- on\n', [(0, 'no', None), (1, 'on', None)]),
    'single keys.yaml': ('- 0: sky\n- 1: car\n', BARE),
    'octal.yaml': ('sky: 010\n', [(10, 'sky', None)]),
    'objects.yaml': (
        'classes:\n- {name: sky, id: 0, color: [128, 128, 128]}\n'
        '- {name: car, id: 1, color: "#400080"}\n',
        FULL,
    ),
    'ultralytics with colours.yaml': (
        'names: [sky, car]\ncolors: [[128, 128, 128], [64, 0, 128]]\n',
        FULL,
    ),
    'labels.py': (LABELS, LABELS_ROWS),
    'mine.py': (DATA_SET, [(0, 'unlabelled', None), *FULL_ONES]),
    'config.py': (
        "classes = ('sky', 'car')\npalette = [[128] * 3]\nlr = 0.1\n"
        'metainfo = dict(classes=classes)',
        BARE,
    ),
    'ids.py': ("classes: dict = {0: 'sky', 1: 'car'}", BARE),
    'keys.yaml': ('classes: {0: sky, 1: car}\ncolors: {0: "#808080", 1: "#400080"}', FULL),
    'bare.pbtxt': ('item { name: sky id: 0 } item { name: car id: 1 }', BARE),
    'printed.txt': ("{0: 'sky', 1: 'car'}", BARE),
    'json.txt': ('["sky", "car"]', BARE),
    'label_studio.xml': (XML, FULL),
    'annotations.xml': (CVAT, FULL),
    'style.qml': (
        '<qgis><pipe><paletteEntry value="1" label="sky" color="#808080" alpha="255"/></pipe>'
        '</qgis>',
        [(1, 'sky', GREY)],
    ),
}


@pytest.mark.parametrize('name', OTHERS)
def test_other_documents(tmp_path, name):
    text, rows = OTHERS[name]
    (tmp_path / name).write_text(text)
    assert read_classes(tmp_path / name) == rows


REFUSED = {
    'no names.yaml': ('train: images\nval: images\nnc: 3\n', "YAML: no 'names' of classes"),
    'one name.yaml': ('names: sky\n', "'names' holds no classes"),
    'no classes.json': ('{"classes": [], "tags": []}', "'classes' holds no classes"),
    'count.yaml': ('nc: 3\nnames: [sky, car]\n', 'nc is 3, and 2 classes are named'),
    'text.yaml': ('a: b\nc: d\n', "'b' is neither an id, a name nor a colour"),
    'learning_map.yaml': (
        'labels: {0: sky}\nlearning_map: {0: 1}\n',
        "'learning_map' is not understood",
    ),
    'number.yaml': ('names: [sky]\noffset: 1\n', "the key 'offset' is not understood"),
    'twice.yaml': ('0: sky\n0: car\n', "the key '0' is there twice"),
    'anchors.yaml': ('names: &a [sky]\nlabels: *a\n', 'has anchors'),
    'bomb.yaml': ('names: &a [*a]\n', 'has anchors|cannot be read'),
    'empty.yaml': ('', 'YAML: it is empty'),
    'broken.yaml': ('names: [sky', 'YAML: it cannot be read'),
    'twice.json': ('{"sky": 0, "sky": 1}', "the key 'sky' is there twice"),
    'broken.json': ('{"sky": ', 'JSON: it cannot be read'),
    'deep.json': ('[' * 100000, 'JSON: it cannot be read'),
    'nested name.json': ('[{"name": {"en": "sky"}}]', 'entry 1: the name is'),
    'numbered.json': ('["0 sky", "1 car"]', 'names that begin with numbers'),
    'unknown key.json': ('[{"name": "sky", "rank": 3}]', "column 'rank' of whole numbers"),
    'children.json': (
        '[{"name": "sky", "children": []}, {"name": "car", "children": ["bus"]}]',
        "'children' is not understood",
    ),
    'palette.json': (
        '{"classes": ["sky"], "palette": [[1, 2, 3], [4, 5, 6]]}',
        "'palette' has 2 colours, and there are 1",
    ),
    'palette alone.json': ('{"palette": [[1, 2, 3]]}', "no 'names' of classes"),
    'palette of names.json': (
        '{"classes": ["sky"], "palette": {"car": [1, 2, 3]}}',
        "'car' in 'palette' is no class",
    ),
    'two tables.json': (
        '{"classes": ["sky"], "labels": ["car"]}',
        '2 tables of classes that differ',
    ),
    'fields.json': (
        '{"mask_targets": {"a": {"1": "sky"}, "b": {"1": "car"}}}',
        '2 tables of classes that differ',
    ),
    'ignore.json': ('{"classes": ["sky", "car"], "ignore_index": 0}', 'ignoreindex is 0'),
    'two names.json': ('{"sky": {"name": "car", "id": 1}}', "is the class called 'sky' or 'car'"),
    'two ids.json': ('{"1": {"name": "car", "id": 2}}', "'1': id 2 contradicts its key"),
    'colours.json': ('{"0": [1, 2, 3]}', 'no column is of names'),
    'infinite.json': ('{"sky": [1e999, 0, 0]}', 'is neither an id'),
    'huge.json': ('[{"name": "sky", "color": [1' + '0' * 400 + ', 0, 0]}]', 'is no colour'),
    'ids and reduced.json': ('{"classes": {"1": "sky"}, "reduce_zero_label": 1}', 'leave out one'),
    'palette of words.json': ('{"classes": ["sky"], "palette": ["sky"]}', "'sky' is no colour"),
    'colours alone.json': ('[[1, 2, 3], [4, 5, 6]]', 'no names beside the numbers'),
    'numbers.json': ('{"0": 1}', '1 is neither an id'),
    'mixed.json': ('["sky", {"name": "car"}]', 'entry'),
    'geo.json': (
        '{"type": "FeatureCollection", "features": [{"id": 1}]}',
        "'FeatureCollection' is neither",
    ),
    'twice in a dict.py': ("classes = {0: 'a', 0: 'b'}", 'a key is there twice'),
    'unhashable.py': ('classes = {{}: 1}', 'no classes = '),
    'run.py': ('classes = load()', 'no classes = '),
    'twice.py': (
        "classes = ('a', 'b')\nif x:\n    classes = ('b', 'a')",
        'classes is assigned twice',
    ),
    'not.py': ('classes = (', 'Python: it is not Python'),
    'not.xml': ('<a><b></a>', 'XML: it is no XML'),
    'voc.xml': (
        '<annotation><object><name>sky</name></object></annotation>',
        'no Label Studio config',
    ),
    'groups.xml': (
        '<V><BrushLabels><Label value="a"/></BrushLabels>'
        '<PolygonLabels><Label value="b"/></PolygonLabels></V>',
        '2 groups of labels',
    ),
    'no names.hdr': ('ENVI\nbands = 1\n', "it has no 'class names'"),
    'left over.pbtxt': ('item { id: 1 name: "a" }\nversion: 2', "'version: 2' is not understood"),
}


@pytest.mark.parametrize('name', REFUSED)
def test_refused(tmp_path, name):
    text, sentence = REFUSED[name]
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=sentence) as caught:
        read_classes(tmp_path / name)
    assert str(caught.value).startswith(f'{tmp_path / name} is not a list of classes in')
    assert '\n' not in str(caught.value)
