"""Drawn scenes as files, which read back as what was drawn."""

import cv2
import numpy as np
import pytest
from tool_modules import load_tool

from projects.ecgan.datasets import LayoutImageDataset, ProceduralScenes


@pytest.fixture(scope='module')
def tool():
    return load_tool('dataset_converters/scenes.py')


def test_files_are_the_scenes(tool, tmp_path, capsys):
    assert tool.main([str(tmp_path), '--count', '2']) == 0
    assert tool.main([str(tmp_path), '--count', '3']) == 0
    assert '1 scenes written, 2 were there' in capsys.readouterr().out
    data = LayoutImageDataset(
        'images', 'labels', data_root=str(tmp_path), img_suffix='.png', labels='scenes'
    )
    assert data.metainfo == ProceduralScenes(3).metainfo
    drawn = ProceduralScenes(3)
    assert [sample['sample_name'] for sample in data] == [s['sample_name'] for s in drawn]
    for sample, scene in zip(data, drawn):
        assert np.array_equal(cv2.imread(sample['img_path']), scene['img'])
        labels = cv2.imread(sample['seg_map_path'], cv2.IMREAD_UNCHANGED)
        assert np.array_equal(labels, scene['gt_seg_map'])
        instances = cv2.imread(str(tmp_path / f'instances/{scene["sample_name"]}.png'), -1)
        assert np.array_equal(instances, scene['gt_instance_map'])


def test_another_split_has_other_scenes(tool, tmp_path):
    for split in ('train', 'val'):
        assert tool.main([str(tmp_path), '--count', '1', '--split', split, '--size', '32']) == 0
    one, other = (cv2.imread(str(path)) for path in sorted(tmp_path.glob('images/*')))
    assert one.shape == (32, 32, 3) and not np.array_equal(one, other)
