"""From a checkpoint and label maps to pictures."""

import json
from pathlib import Path

import cv2
import fresh_process
import numpy as np
import pytest
import torch
from ecgan_toys import SMOKE, build_model, write_checkpoint
from mmengine.config import Config, config
from PIL import Image
from yapf.yapflib.yapf_api import FormatCode

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import SCENE_PALETTE, draw_scene
from projects.ecgan.errors import CheckpointError, ConfigError, DataError, MissingFileError
from projects.ecgan.inference import generate_files
from projects.ecgan.recipes.carried_config import read_carried_config


@pytest.fixture(scope='module')
def checkpoint(repo_root, tmp_path_factory) -> Path:
    """A checkpoint as a training leaves it: weights, config, classes and palette."""
    return write_checkpoint(repo_root, tmp_path_factory.mktemp('model'))


@pytest.fixture(scope='module')
def inferencer(checkpoint) -> ECGANInferencer:
    return ECGANInferencer(checkpoint, device='cpu')


@pytest.fixture
def maps(tmp_path) -> Path:
    """Five label maps in a folder, one of them a level deeper; no photo anywhere."""
    for index, name in enumerate(('a', 'b', 'c', 'd', 'town/e')):
        path = tmp_path / 'maps' / f'{name}.png'
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), draw_scene(index, 1, (64, 64))[1])
    return tmp_path / 'maps'


def scene(index: int = 0, size: tuple[int, int] = (64, 64)) -> np.ndarray:
    return draw_scene(index, 1, size)[1]


def test_one_file_in_three_lines(inferencer, maps):
    picture = inferencer(str(maps / 'a.png'))
    assert picture.name == 'a'
    for pixels in (picture.image, picture.coarse, picture.edge, picture.layout):
        assert pixels.shape == (64, 64, 3) and pixels.dtype == np.uint8
    labels = scene(0)
    assert np.array_equal(picture.layout, np.array(SCENE_PALETTE, np.uint8)[labels])
    assert picture.image.std() > 1


def test_whatever_form_the_map_has_the_picture_is_the_same(inferencer, maps):
    labels = scene(0)
    colours = np.array(SCENE_PALETTE, np.uint8)[labels]
    indexed = Image.fromarray(labels).convert('P')
    indexed.putpalette(np.array(SCENE_PALETTE, np.uint8).tobytes())
    expected = inferencer(maps / 'a.png').image
    opaque = np.dstack([colours, np.full((64, 64), 255, np.uint8)])
    for form in (
        labels,
        labels.astype(np.int64),
        labels.astype(np.uint16),
        labels.astype(np.float32),
        colours,
        opaque,
        Image.fromarray(labels),
        Image.fromarray(colours),
        indexed,
    ):
        assert np.array_equal(inferencer(form).image, expected)


def test_lists_folders_and_batches(inferencer, maps):
    pictures = inferencer(maps, batch_size=2)
    assert [picture.name for picture in pictures] == ['a', 'b', 'c', 'd', 'town/e']
    singly = [inferencer(scene(index)) for index in range(5)]
    for together, alone in zip(pictures, singly):
        difference = together.image.astype(int) - alone.image
        assert abs(difference).max() <= 1
    mixed = inferencer([scene(0), scene(1, (32, 96)), scene(2)], batch_size=3)
    assert [picture.image.shape[:2] for picture in mixed] == [(64, 64), (32, 96), (64, 64)]
    assert not np.array_equal(pictures[0].image, pictures[1].image)


def test_sizes_that_the_network_cannot_take(checkpoint, inferencer):
    labels = scene(3, (50, 75))
    picture = inferencer(labels)
    padded = inferencer(np.pad(labels, [(0, 14), (0, 21)], mode='edge'))
    assert picture.image.shape == (50, 75, 3)
    assert np.array_equal(picture.image, padded.image[:50, :75])
    with pytest.raises(DataError, match=r'0 is 75x50 .*multiples of 32, such as 96x64'):
        ECGANInferencer(checkpoint, device='cpu', sizes='refuse')(labels)
    resized = ECGANInferencer(checkpoint, device='cpu', sizes='resize')(labels)
    assert resized.image.shape == (64, 64, 3)


def test_instances_change_the_boundary(inferencer):
    _, labels, instances = draw_scene(0, 1, (64, 64))
    assert not np.array_equal(inferencer(labels, instances).image, inferencer(labels).image)
    with pytest.raises(DataError, match=r'0 is 64x64, but its instance map is 32x64'):
        inferencer(labels, instances[:, :32])
    with pytest.raises(DataError, match='2 label maps, but 1 instance maps'):
        inferencer([labels, labels], [instances])


def test_bfloat16_is_close(checkpoint, inferencer):
    labels = scene(0)
    halved = ECGANInferencer(checkpoint, device='cpu', dtype='bfloat16')(labels).image
    assert abs(halved.astype(int) - inferencer(labels).image).mean() < 3


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (np.full((64, 64), 9), r'0: label ids \[9\] are out of range, allowed are 0 to 7'),
        (np.full((64, 64), 0.5), '0: a label map holds whole numbers, but 4096 of its 4096 values'),
        (np.full((64, 64), 'a'), '0: a label map holds whole numbers, not <U1'),
        (np.zeros((64, 64, 2), int), '0 is transparent, without data or no number everywhere'),
        (np.full((64, 64, 3), 7), r'0: 1 of its 1 colours are of no class, the first is \(7, 7, 7'),
        (np.zeros((0, 4), int), r'of shape \(0, 4\)'),
    ],
)
def test_wrong_maps_are_one_sentence(inferencer, content, message):
    with pytest.raises(DataError, match=message):
        inferencer(content)


def test_wrong_files(inferencer, tmp_path):
    (tmp_path / 'a.png').write_text('no picture')
    with pytest.raises(DataError, match=r'cannot read .*a\.png as a picture'):
        inferencer(tmp_path / 'a.png')
    with pytest.raises(MissingFileError, match=r'no label map at .*b\.png'):
        inferencer(str(tmp_path / 'b.png'))
    (tmp_path / 'empty').mkdir()
    with pytest.raises(MissingFileError, match=r'no label map .* in the folder'):
        inferencer(tmp_path / 'empty')


def test_wrong_checkpoints(checkpoint, repo_root, tmp_path):
    content = torch.load(checkpoint, weights_only=True)
    path = tmp_path / 'wrong.pth'
    torch.save(dict(state_dict=content['state_dict']), path)
    with pytest.raises(CheckpointError, match='carries no config: give the one'):
        ECGANInferencer(path)
    assert ECGANInferencer(path, repo_root / SMOKE).classes[0] == 'class 0'
    content['state_dict'].pop('generator.trunk.stem.weight')
    torch.save(content, path)
    with pytest.raises(CheckpointError, match=r'does not fit its config.*trunk\.stem\.weight'):
        ECGANInferencer(path)
    torch.save(dict(meta=dict(cfg="model = dict(type='Pix2Pix')"), state_dict={}), path)
    with pytest.raises(CheckpointError, match='type Pix2Pix, not one that makes pictures'):
        ECGANInferencer(path)
    with pytest.raises(FileNotFoundError, match=r'none\.pth'):
        ECGANInferencer(tmp_path / 'none.pth')
    with pytest.raises(ConfigError, match=r"sizes must be one of .*, got 'crop'"):
        ECGANInferencer(checkpoint, sizes='crop')


@pytest.mark.parametrize(
    'line',
    [
        "open('MARKER', 'w')",
        "x = open('MARKER', 'w')",
        "x = dict(**dict(a=open('MARKER', 'w')))",
        "model = dict(type=__import__('os').system)",
        'import os',
        'x = [i for i in range(3)]',
        'x.y = 1',
        'x = (' * 500,
    ],
)
def test_config_of_a_checkpoint_is_not_run(checkpoint, tmp_path, line):
    content, marker = torch.load(checkpoint, weights_only=True), tmp_path / 'marker'
    content['meta']['cfg'] += '\n' + line.replace('MARKER', str(marker)) + '\n'
    torch.save(content, tmp_path / 'hostile.pth')
    with pytest.raises(CheckpointError, match=r'hostile\.pth carries is more than settings'):
        ECGANInferencer(tmp_path / 'hostile.pth')
    assert not marker.exists()


@pytest.mark.slow
def test_carried_configs_are_read_as_mmengine_reads_them(repo_root, monkeypatch):
    """All of them, and the first as MMEngine lays it out, which takes a second each."""
    texts = []
    monkeypatch.setattr(config, 'FormatCode', FormatCode)
    for path in (repo_root / SMOKE, *(repo_root / 'configs').glob('*/*.py')):
        cfg = Config.fromfile(path, import_custom_modules=False)
        texts.append(cfg.pretty_text)
        read = read_carried_config({'meta': {'cfg': texts[-1]}}, 'model.pth')
        assert read.to_dict() == cfg.to_dict()
        monkeypatch.undo()
    assert texts.count(texts[0]) == 1  # though the first comes twice


def test_carried_tables_of_ids_are_read():
    table = dict(dataset=dict(label_map={11: 255, 0: 3}, names={'a b': [(1, 2)], -1: {}}))
    carried = {'meta': {'cfg': Config(table).pretty_text}}
    assert read_carried_config(carried, 'model.pth').to_dict() == table
    with pytest.raises(CheckpointError, match='more than settings'):
        read_carried_config({'meta': {'cfg': "x = dict({1: open('a')})"}}, 'model.pth')


def test_training_parts_are_not_built(checkpoint, inferencer):
    kept = {name for name, module in inferencer.model.named_children() if [*module.parameters()]}
    assert kept == {'generator', 'generator_ema'}


def test_files_of_a_folder(inferencer, maps, tmp_path):
    out, grid = tmp_path / 'out', tmp_path / 'grid.png'
    (maps / 'bad.png').write_text('no picture')
    cv2.imwrite(str(maps / 'wrong.png'), np.full((64, 64), 99, np.uint8))
    outputs = ('image', 'layout')
    done = generate_files(inferencer, [maps], out, outputs, batch_size=2, grid=grid)
    assert (done.written, done.kept, len(done.failures)) == (5, 0, 2)
    assert 'bad.png as a picture' in done.failures[0] and 'wrong' in done.failures[1]
    names = {str(path.relative_to(out)) for path in out.rglob('*.png')}
    assert names == {
        *(f'{name}.png' for name in ('a', 'b', 'c', 'd', 'town/e')),
        *(f'{name}_layout.png' for name in ('a', 'b', 'c', 'd', 'town/e')),
    }
    expected = inferencer(maps / 'town/e.png')
    assert np.array_equal(cv2.imread(str(out / 'town/e.png'))[..., ::-1], expected.image)
    assert cv2.imread(str(grid)).shape[1] > 4 * 128

    # What is there is not computed again, unless that is wanted.
    (out / 'b.png').unlink()
    again = generate_files(inferencer, [maps], out)
    assert (again.written, again.kept, len(again.failures)) == (1, 4, 2)
    assert generate_files(inferencer, [maps], out, overwrite=True).written == 5
    with pytest.raises(DataError, match='would be one picture'):
        generate_files(inferencer, [maps / 'a.png', maps, maps / 'a.png'], out)


@pytest.mark.slow
def test_the_same_bytes_as_testing(checkpoint, inferencer, repo_root, tmp_path):
    """tools/test.py --save-images on drawn scenes, and their label and instance maps as files."""
    saved, log = tmp_path / 'saved', tmp_path / 'log.txt'
    argv = [SMOKE, str(checkpoint), '--work-dir', str(tmp_path / 'work'), '--no-untrained']
    argv += ['--save-images', str(saved)]
    status = fresh_process.run(fresh_process.run_script, 'tools/test.py', argv, log=log)
    assert status == 0, log.read_text()
    measured = json.loads((tmp_path / 'work' / 'report.json').read_text())
    assert measured['generated']['SSIM'] > 0
    # The written pictures alone, without the model, are measured alike.
    argv = [SMOKE, '--images', str(saved), '--work-dir', str(tmp_path / 'pictures')]
    status = fresh_process.run(fresh_process.run_script, 'tools/test.py', argv, log=log)
    assert status == 0, log.read_text()
    alone = json.loads((tmp_path / 'pictures' / 'report.json').read_text())
    assert alone['generated'] == measured['generated'] and 'untrained' not in alone
    assert alone['protocol']['pictures'] == str(saved)
    assert alone['protocol']['checkpoint'] is None
    cfg = Config.fromfile(repo_root / SMOKE).test_dataloader
    from projects.ecgan.datasets import ProceduralScenes

    dataset = ProceduralScenes(length=cfg.dataset.length, split='val', size=cfg.dataset.size)
    samples = [dataset.get_data_info(index) for index in range(len(dataset))]
    maps, instances = (
        [sample[key] for sample in samples] for key in ('gt_seg_map', 'gt_instance_map')
    )
    pictures = inferencer(maps, instances, batch_size=cfg.batch_size)
    for sample, picture in zip(samples, pictures):
        written = cv2.imread(str(saved / f'{sample["sample_name"]}.png'))
        assert np.array_equal(written[..., ::-1], picture.image)


def test_a_model_without_edges_and_average(repo_root, tmp_path):
    model = build_model(
        repo_root,
        **{
            'generator.edge_generator': None,
            'generator.edge_transfer': None,
            'generator.semantic_module': None,
            'ema_config': None,
        },
    )
    cfg = Config.fromfile(repo_root / 'configs/_base_/models/ecgan.py')
    cfg.merge_from_dict(
        {
            'model.data_preprocessor.num_classes': 4,
            'model.data_preprocessor.with_boundary': True,
            'model.generator.base_channels': 4,
            'model.generator.edge_generator': None,
            'model.generator.edge_transfer': None,
            'model.generator.semantic_module': None,
            'model.ema_config': None,
        }
    )
    path = tmp_path / 'b1.pth'
    torch.save(dict(meta=dict(cfg=cfg.pretty_text), state_dict=model.state_dict()), path)
    picture = ECGANInferencer(path, device='cpu')(np.ones((32, 32), np.uint8))
    assert picture.coarse is None and picture.edge is None and picture.image.shape == (32, 32, 3)


def test_config_in_place_of_the_carried_one_may_be_a_recipe(checkpoint):
    with pytest.raises(CheckpointError, match='does not fit its config'):
        ECGANInferencer(checkpoint, config='ecgan_base16_1xb8-400iters_scenes-64x64@b1')
    with pytest.raises(MissingFileError, match='config no_such_recipe does not exist'):
        ECGANInferencer(checkpoint, config='no_such_recipe')
