"""Arrays: NumPy's and MATLAB's files, one channel a class."""

import io

import numpy as np
import pytest
from scipy.io import savemat

from projects.ecgan.datasets.label_files import LabelCoding, Reading, read_ids
from projects.ecgan.errors import DataError

IDS = np.array([[0, 1, 2], [3, 2, 1]])
ONE_HOT = (np.arange(4)[:, None, None] == IDS).astype(np.uint8)


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def mat(**variables: object) -> bytes:
    buffer = io.BytesIO()
    savemat(buffer, variables, do_compression=True)
    return buffer.getvalue()


SBD = dict(GTcls=dict(Boundaries=np.zeros((2, 2)), Segmentation=IDS, CategoriesPresent=[1, 2]))
FORMS = {
    'one page': (npy(np.hstack([IDS] * 3)[None]), np.hstack([IDS] * 3)),
    'one channel': npy(IDS[..., None]),
    'truth values, a page a class': npy(ONE_HOT.astype(bool)),
    'truth values': (npy(IDS > 1), (IDS > 1).astype(int)),
    'a page a class': npy(ONE_HOT),
    'a channel a class': npy(ONE_HOT.transpose(1, 2, 0)),
    'a channel a class, 255': npy(255 * ONE_HOT),
    'three channels of 0 and 1': (
        npy(ONE_HOT[:3].transpose(1, 2, 0) + np.eye(3, dtype=int)[0] * (IDS == 3)[..., None]),
        np.where(IDS == 3, 0, IDS),
    ),
    'npz': npz(labels=IDS, classes=np.arange(4)),
    'Pascal Context': mat(LabelMap=IDS.astype(np.uint16)),
    'SBD': mat(**SBD),
    'COCO-Stuff 10k': mat(S=IDS, regionMapStuff=IDS * 5, captions=np.array(['a'], object)),
    'clothing-co-parsing': mat(groundtruth=IDS),
    'MATLAB, any name': mat(whatever=IDS.astype(float)),
}


@pytest.mark.parametrize('name', FORMS)
def test_ids_of_arrays(name):
    form = FORMS[name]
    content, expected = form if isinstance(form, tuple) else (form, IDS)
    assert read_ids(content, LabelCoding(), name).tolist() == expected.tolist()


@pytest.mark.parametrize('content', [npz(a=IDS, b=IDS * 2), mat(a=IDS, b=IDS * 2)])
def test_several_arrays_ask_which(content):
    with pytest.raises(
        DataError, match=r'2 arrays that could be .*\(a \(2, 3\), b \(2, 3\)\): say'
    ):
        read_ids(content, LabelCoding(), 'x')
    coding = LabelCoding(reading=Reading(variable='b'))
    assert read_ids(content, coding, 'x').tolist() == (IDS * 2).tolist()
    with pytest.raises(DataError, match="but no 'c': say which"):
        read_ids(content, LabelCoding(reading=Reading(variable='c')), 'x')


@pytest.mark.parametrize(
    ('content', 'sentence'),
    [
        (npy(np.full((2, 2, 3), 70000)), '70000 to 70000 are no colours'),
        (npy(np.zeros((5, 6, 7))), r'of shape \(5, 6, 7\)'),
        (b'\x89HDF\r\n\x1a\n' + bytes(100), 'HDF5 file .* not read here: save it with'),
        (b'MATLAB 7.3'.ljust(512) + b'\x89HDF\r\n\x1a\n', 'HDF5 file'),
        (npy(np.array([[1 + 1j]])), 'holds whole numbers, not complex128'),
    ],
)
def test_what_is_no_label_map(content, sentence):
    with pytest.raises(DataError, match=sentence):
        read_ids(content, LabelCoding(), 'x')
