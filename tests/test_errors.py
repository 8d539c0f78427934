"""One sentence, also out of a data-loader worker."""

import pytest
from torch.utils.data import DataLoader

from projects.ecgan.errors import (
    CheckpointError,
    ConfigError,
    DataError,
    MissingFileError,
    UserError,
    one_line,
)


class Broken:
    """A data set of one sample that cannot be loaded."""

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> None:
        raise DataError('labels/a.png: ids [9] are out of range\n(0 to 7)')


@pytest.mark.parametrize('workers', [0, 1])
def test_sentence_out_of_a_worker(workers):
    with pytest.raises(DataError) as error:
        next(iter(DataLoader(Broken(), num_workers=workers)))
    assert ('Traceback' in str(error.value)) is bool(workers)
    assert error.value.sentence == 'labels/a.png: ids [9] are out of range (0 to 7)'


def test_kinds_are_what_python_calls_them():
    for kind in (ConfigError, DataError, CheckpointError):
        assert issubclass(kind, UserError) and issubclass(kind, ValueError)
    assert issubclass(MissingFileError, UserError) and issubclass(MissingFileError, OSError)
    assert MissingFileError('no a.png here').sentence == 'no a.png here'


def test_one_line():
    assert one_line(ValueError('a\n  b')) == 'ValueError: a b'
