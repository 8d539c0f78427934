"""The tables that lie in a data set's folder, and what only looks like one."""

import json

import pytest

from projects.ecgan.preparation import find_class_tables

VOC = 'background:0,0,0::\nsky:128,128,128::\n'
TABLES = {
    'labelmap.txt': VOC,
    'label_colors.txt': '0 0 0 background\n128 128 128 sky\n',
    'Label_Colors.TXT': '0 0 0 background\n',
    'class_dict_seg.csv': 'name,r,g,b\nsky,1,2,3\n',
    '_classes.csv': 'Pixel Value, Class\n0, sky\n',
    'classes.csv': 'id,name\n0,sky\n',
    'data.yaml': 'names: [sky]\n',
    'meta.json': json.dumps(dict(classes=[dict(title='sky', shape='bitmap', color='#808080')])),
    'objectInfo150.txt': 'Idx\tRatio\tTrain\tVal\tName\n1\t0.1\t2\t3\twall\n',
    'config_v1.2.json': json.dumps(dict(labels=[dict(name='sky', color=[1, 2, 3])])),
    'classes.txt': 'sky\ncar\n',
    'labels.txt': '__ignore__\n_background_\nsky\n',
    'class_names.txt': '_background_\nsky\n',
    'mine_label_map.json': '{"sky": 0}',
    'codes.txt': 'sky\ncar\n',
    'obj.names': 'sky\n',
}
OTHERS = {
    'README.txt': 'sky\n',
    'README.roboflow.txt': 'sky\n',
    'LICENSE.txt': 'sky\n',
    'train.txt': 'a_0001\na_0002\n',
    'test.txt': 'sky\n',
    'train_labels.txt': 'sky\n',
    'labels_test.csv': 'id,name\n0,sky\n',
    'names.txt': 'aachen_000001\naachen_000002\n',
    'labels.csv': 'image,label\na.png,b.png\n',
    'label_list.txt': 'labels/a.png\nlabels/b.png\n',
    'data.yaml': 'train: images\nval: images\n',
    'meta.json': '{"version": 1}',
    'classes.txt': 'These are the classes of our data, of which\nthere are 3.\n',
    'notes.txt': 'sky\ncar\n',
    '.labels.txt': 'sky\n',
    'labels.json': 'broken',
}


@pytest.mark.parametrize('name', TABLES)
def test_tables(tmp_path, name):
    (tmp_path / name).write_text(TABLES[name])
    assert find_class_tables(tmp_path) == [tmp_path / name]


@pytest.mark.parametrize('name', OTHERS)
def test_others(tmp_path, name):
    (tmp_path / name).write_text(OTHERS[name])
    assert find_class_tables(tmp_path) == []


def test_the_best_first(tmp_path):
    for name in reversed(TABLES):
        (tmp_path / name).write_text(TABLES[name])
    found = [path.name for path in find_class_tables(tmp_path)]
    assert found[0] == 'labelmap.txt' and len(found) == len(TABLES)
    assert found.index('classes.csv') < found.index('data.yaml') < found.index('labels.txt')


def test_folders(tmp_path):
    (tmp_path / 'labels.txt').mkdir()
    (tmp_path / 'deep').mkdir()
    (tmp_path / 'deep' / 'classes.txt').write_text('sky')
    assert find_class_tables(tmp_path) == find_class_tables(tmp_path / 'none') == []
