"""Folders of a data set are texts, also where its root is a Path."""

from pathlib import Path

import pytest
from mmagic.datasets import BasicImageDataset


@pytest.mark.parametrize('kind', [str, Path])
def test_a_root_of_either_kind(tmp_path: Path, kind: type) -> None:
    (tmp_path / 'names.txt').write_text('a.png\n')
    data = BasicImageDataset(
        ann_file='names.txt', data_root=kind(tmp_path), data_prefix=dict(gt='photos'), pipeline=[]
    )
    assert data.ann_file == str(tmp_path / 'names.txt')
    assert data.data_prefix == dict(gt=str(tmp_path / 'photos'))
    assert data[0]['gt_path'] == str(tmp_path / 'photos' / 'a.png')
