"""Grids of samples."""

import cv2
import numpy as np
import pytest
import torch

from projects.ecgan.visualization import colour_labels, tile_samples, write_image

PALETTE = [[255, 0, 0], [0, 0, 255]]


def test_labels_take_the_palette_and_unknown_is_black():
    labels = np.array([[0, 1], [255, -1]])
    # Palettes are RGB, pictures BGR.
    expected = np.array([[[0, 0, 255], [255, 0, 0]], [[0, 0, 0], [0, 0, 0]]], np.uint8)
    assert np.array_equal(colour_labels(labels, PALETTE), expected)


def test_columns_come_in_order_and_absent_ones_are_left_out():
    sample = {
        'gt_img': torch.full((3, 128, 128), 7, dtype=torch.uint8),
        'gt_label_map': torch.ones(128, 128, dtype=torch.int64),
        'fake_edge': torch.full((1, 128, 128), 200, dtype=torch.uint8),
    }
    grid = tile_samples([sample, {'gt_img': sample['gt_img']}], PALETTE)
    assert grid.shape == (22 + 2 * 132, 3 * 132 + 4, 3)
    first_row, second_row = grid[22 + 64], grid[22 + 132 + 64]
    centres = [4 + 64, 4 + 132 + 64, 4 + 2 * 132 + 64]
    assert first_row[centres].tolist() == [[255, 0, 0], [200] * 3, [7] * 3]
    # The second sample has a photo alone: grey stands for what it lacks.
    assert second_row[centres].tolist() == [[225] * 3, [225] * 3, [7] * 3]
    headings = grid[:20].min(axis=(0, 2)) < 128
    assert all(headings[4 + i * 132 : 4 + i * 132 + 128].any() for i in range(3))


def test_small_tiles_are_enlarged_by_a_whole_factor():
    photo = np.zeros((3, 2, 64), np.uint8)
    photo[:, :, 0] = 255
    grid = tile_samples([{'gt_img': photo}], PALETTE)
    assert grid.shape == (22 + 4 + 4, 4 + 128 + 4, 3)
    assert (grid[22:26, 4:6] == 255).all() and (grid[22:26, 6:132] == 0).all()


@pytest.mark.parametrize(
    ('samples', 'message'),
    [
        ([], 'nothing to tile'),
        ([{'other': 1}], 'none of 1 samples has one of gt_label_map'),
        ([{'gt_img': torch.zeros(3, 4, 4)}], r'gt_img .*\(3, 4, 4\) of float32'),
        ([{'gt_img': np.zeros((4, 4, 3), np.uint8)}], r'gt_img .*\(4, 4, 3\) of uint8'),
    ],
)
def test_wrong_samples_are_refused(samples, message):
    with pytest.raises(ValueError, match=message):
        tile_samples(samples, PALETTE)


def test_write_image_replaces_the_old_file_and_leaves_no_other(tmp_path):
    path = tmp_path / 'new' / 'grid.png'
    for value in (10, 20):
        write_image(path, np.full((5, 6, 3), value, np.uint8))
        assert (cv2.imread(str(path)) == value).all()
    assert [file.name for file in path.parent.iterdir()] == ['grid.png']


def test_write_image_refuses_an_unknown_format_before_it_writes(tmp_path):
    with pytest.raises(ValueError, match=r"'\.pict'"):
        write_image(tmp_path / 'new' / 'grid.pict', np.zeros((5, 6, 3), np.uint8))
    assert not (tmp_path / 'new').exists()
