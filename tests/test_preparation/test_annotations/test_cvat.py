"""CVAT's XML 1.1 for images."""

import numpy as np
import pytest
from annotated import drawn, grid

from projects.ecgan.errors import DataError

LABELS = (
    '<label><name>road</name><color>#804080</color><attributes/></label>'
    '<label><name>car</name><color>#400080</color><type>any</type></label>'
)
POLYGON = '<polygon label="{}" occluded="0" points="{}" z_order="{}"/>'


def cvat(*shapes: str, labels: str = LABELS, name: str = 'a.jpg', root: str = 'task') -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version><meta><{root}>'
        f'<labels>{labels}</labels></{root}></meta>'
        f'<image id="0" name="{name}" width="6" height="4">{"".join(shapes)}</image></annotations>'
    )


def one(tmp_path, *shapes: str, **more):
    files = {'annotations.xml': cvat(*shapes, **more), 'images/a.jpg': (4, 6)}
    return drawn(tmp_path / 'set', **files)


@pytest.mark.parametrize(
    ('shape', 'rows'),
    [
        (
            POLYGON.format('car', '1.0,1.0;4.0,1.0;4.0,3.0;1.0,3.0', 0),
            '...... .111.. .111.. ......',
        ),
        (
            '<box label="car" xtl="1" ytl="1" xbr="4" ybr="3" z_order="0"/>',
            '...... .111.. .111.. ......',
        ),
        (
            '<box label="car" xtl="1" ytl="1" xbr="5" ybr="3" rotation="90" z_order="0"/>',
            '..11.. ..11.. ..11.. ..11..',
        ),
        (
            '<mask label="car" rle="1, 2, 1, 2" left="2" top="1" width="3" height="2"/>',
            '...... ...11. ...11. ......',
        ),
        (
            '<ellipse label="car" cx="3" cy="2" rx="3" ry="2" z_order="0"/>',
            '.1111. 111111 111111 .1111.',
        ),
    ],
)
def test_kinds_of_shapes(tmp_path, shape, rows):
    assert np.array_equal(one(tmp_path, shape).only, grid(*rows.split()))


@pytest.mark.parametrize('root', ['task', 'job', 'project'])
def test_labels_are_classes_with_colours(tmp_path, root):
    found = one(tmp_path, POLYGON.format('car', '0,0;6,0;6,4;0,4', 0), root=root)
    assert found.classes == [(0, 'road'), (1, 'car')]
    assert [row.colour for row in found.rows] == [(128, 64, 128), (64, 0, 128)]


def test_z_order_then_the_list(tmp_path):
    shapes = [
        POLYGON.format('car', '0,0;2,0;2,4;0,4', 1),
        POLYGON.format('road', '0,0;6,0;6,4;0,4', 0),
        POLYGON.format('car', '4,0;6,0;6,4;4,4', 0),
    ]
    found = one(tmp_path, *shapes)
    assert found.only[0].tolist() == [1, 1, 0, 0, 1, 1]
    assert 'by z_order, then as listed' in found.notes


def test_what_is_no_area_is_left_out_and_counted(tmp_path):
    shapes = [
        POLYGON.format('car', '0,0;6,0;6,4;0,4', 0),
        '<polyline label="car" points="0,0;1,1"/>',
        '<points label="car" points="0,0"/>',
        '<tag label="car"/>',
    ]
    assert '1 points, 1 polyline, 1 tag' in one(tmp_path, *shapes).notes


def test_a_background_label_has_the_rest(tmp_path):
    labels = '<label><name>background</name></label><label><name>car</name></label>'
    found = one(tmp_path, POLYGON.format('car', '0,0;1,0;1,4;0,4', 0), labels=labels)
    assert found.only[0].tolist() == [1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ('shape', 'text'),
    [
        (POLYGON.format('car', '0,0;1', 0), r'polygon no\. 1 \(car\): its corners are not numbers'),
        (POLYGON.format('car', '0,0;1,1', 0), 'it has 2 corners'),
        (POLYGON.format('car', '', 0), 'it has 0 corners'),
        (POLYGON.format('', '0,0;1,0;1,1', 0), 'it has no label'),
        (POLYGON.format('car', '0,0;1,0;1,1', 'x'), "its z_order is 'x', no number"),
        ('<box label="car" xtl="1"/>', 'its ytl is None, no number'),
        ('<box label="car" xtl="1" ytl="inf"/>', "its ytl is 'inf', no number"),
        (
            '<mask label="car" rle="1, 2" left="0" top="0" width="3" height="2"/>',
            'cover 3 pixels of 6',
        ),
        ('<mask label="car" rle="a" left="0" top="0" width="3" height="2"/>', 'are no numbers'),
        ('<mask label="car" rle="1" left="0" top="0" width="0" height="2"/>', 'its mask is 0 x 2'),
        ('<ellipse label="car" cx="3" cy="2" rx="-3" ry="2"/>', 'negative radius'),
    ],
)
def test_what_is_refused(tmp_path, shape, text):
    with pytest.raises(DataError, match=text) as error:
        one(tmp_path, shape)
    assert 'annotations.xml: a.jpg' in str(error.value)


def test_a_video_is_refused_by_name(tmp_path):
    xml = '<annotations><meta/><track id="0" label="car"></track></annotations>'
    with pytest.raises(DataError, match='CVAT for video; export the task as "CVAT for images"'):
        drawn(tmp_path / 'set', **{'annotations.xml': xml})


def test_a_document_type_is_refused(tmp_path):
    xml = cvat().replace('<annotations>', '<!DOCTYPE a [<!ENTITY b "bb">]><annotations>')
    with pytest.raises(DataError, match='has a document type'):
        drawn(tmp_path / 'set', **{'annotations.xml': xml})


def test_broken_xml_is_named(tmp_path):
    with pytest.raises(DataError, match=r'annotations\.xml is broken XML'):
        drawn(tmp_path / 'set', **{'annotations.xml': cvat()[:-5]})
