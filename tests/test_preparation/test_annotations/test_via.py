"""VIA's JSON."""

import numpy as np
import pytest
from annotated import drawn, grid

from projects.ecgan.errors import DataError

SQUARE = dict(name='polygon', all_points_x=[1, 4, 4, 1], all_points_y=[1, 1, 3, 3])


def region(shape: dict, **attributes) -> dict:
    return dict(shape_attributes=shape, region_attributes=attributes or {'class': 'car'})


def via(*regions: dict, as_dict: bool = False) -> dict:
    some = {str(k): each for k, each in enumerate(regions)} if as_dict else list(regions)
    return {'a.jpg123': dict(filename='a.jpg', size=123, regions=some, file_attributes={})}


def one(tmp_path, json: dict):
    return drawn(tmp_path / 'set', **{'via.json': json, 'images/a.jpg': (4, 6)})


@pytest.mark.parametrize(
    ('shape', 'rows'),
    [
        (SQUARE, '...... .000.. .000.. ......'),
        (dict(name='rect', x=1, y=1, width=3, height=2), '...... .000.. .000.. ......'),
        (dict(name='circle', cx=2, cy=2, r=2), '.00... 0000.. 0000.. .00...'),
        (
            dict(name='ellipse', cx=3, cy=2, rx=2, ry=1, theta=np.pi / 2),
            '..00.. ..00.. ..00.. ..00..',
        ),
    ],
)
@pytest.mark.parametrize('as_dict', [False, True])
def test_kinds_of_shapes(tmp_path, shape, rows, as_dict):
    assert np.array_equal(
        one(tmp_path, via(region(shape), as_dict=as_dict)).only, grid(*rows.split())
    )


def test_a_project_orders_its_classes(tmp_path):
    options = {'road': '', 'car': ''}
    json = dict(
        _via_settings={}, _via_img_metadata=via(region(SQUARE, kind='car')),
        _via_attributes=dict(region=dict(kind=dict(type='dropdown', options=options)), file={}),
    )  # fmt: skip
    found = one(tmp_path, json)
    assert found.classes == [(0, 'road'), (1, 'car')]


def test_the_attribute_that_is_called_so_is_the_class(tmp_path):
    found = one(tmp_path, via(region(SQUARE, colour='red', label={'car': True, 'road': False})))
    assert found.classes == [(0, 'car')]
    assert "classes are what 'label' says of a region, not colour" in found.notes


def test_of_several_attributes_none_is_guessed(tmp_path):
    with pytest.raises(DataError, match='which attribute of the regions is their class'):
        one(tmp_path, via(region(SQUARE, colour='red', quality='good')))


def test_points_are_left_out(tmp_path):
    found = one(tmp_path, via(region(SQUARE), region(dict(name='point', cx=1, cy=1))))
    assert '1 point' in found.notes


@pytest.mark.parametrize(
    ('each', 'text'),
    [
        (region(SQUARE | dict(all_points_y=[1])), 'its corners have not as many x as y'),
        (region(dict(name=['rect'])), 'shapes of type .* are not known'),
        (region([]), 'shapes of type None are not known'),
        (region(dict(name='star')), "shapes of type 'star' are not known"),
        (region(dict(name='circle', cx=1, cy=1)), 'its r is None, no number'),
    ],
)
def test_what_is_refused(tmp_path, each, text):
    with pytest.raises(DataError, match=text) as error:
        one(tmp_path, via(each))
    assert r'via.json: a.jpg: region no. 1 (car)' in str(error.value)


def test_a_region_without_a_class(tmp_path):
    json = via(*[region(SQUARE)] * 12, region(SQUARE, other='x', **{'class': ''}))
    assert 'region no. 13 (): it has no class, or several' in one(tmp_path, json).notes


def test_version_3_is_refused_by_name(tmp_path):
    json = dict(project={}, config={}, attribute={}, file={}, metadata={}, view={})
    with pytest.raises(DataError, match='is a project of VIA 3, which is not read'):
        one(tmp_path, json)
