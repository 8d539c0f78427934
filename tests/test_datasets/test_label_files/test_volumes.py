"""Medical formats, where their reader is installed, and what is said where it is not."""

import sys

import numpy as np
import pytest

from projects.ecgan.datasets.label_files import LabelCoding, map_suffix, read_ids
from projects.ecgan.errors import DataError

IDS = np.array([[0, 1, 2], [3, 2, 1]], np.uint8)


@pytest.mark.parametrize('suffix', ['.nii', '.nii.gz', '.nrrd', '.mha'])
def test_rows_and_columns_are_those_of_the_array(tmp_path, suffix):
    itk = pytest.importorskip('SimpleITK')
    path = tmp_path / f'a{suffix}'
    itk.WriteImage(itk.GetImageFromArray(IDS), str(path))
    assert read_ids(path, LabelCoding()).tolist() == IDS.tolist()
    itk.WriteImage(itk.GetImageFromArray(np.stack([IDS] * 4)), str(path))
    with pytest.raises(DataError, match=r'volume of shape \(4, 2, 3\); a label map is one slice'):
        read_ids(path, LabelCoding())


def test_without_the_reader_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'SimpleITK', None)
    path = tmp_path / 'a.nii.gz'
    path.write_bytes(b'anything')
    with pytest.raises(DataError, match=r"a medical format.*pip install 'ecgan\[volumes\]'"):
        read_ids(path, LabelCoding())


def test_ends_of_names():
    assert map_suffix('A.NII.GZ') == '.nii.gz' and map_suffix('a.b.Png') == '.png'
    assert map_suffix('a.jpg') == ''
