"""A trained generator as a file for other runtimes."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import cv2
import fresh_process
import numpy as np
import pytest
import torch
from ecgan_toys import build_loud, save_model
from mmengine.config import Config
from packaging.version import Version

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import SCENE_CLASSES, LabelCoding, boundary_map, draw_scene
from projects.ecgan.errors import CheckpointError, ConfigError
from projects.ecgan.inference import export, export_checkpoint
from projects.ecgan.inference.label_map_generator import boundary_maps
from projects.ecgan.version import __version__

pytestmark = pytest.mark.skipif(
    Version(torch.__version__) < export.OLDEST_TORCH, reason='torch is too old to export'
)
ECGAN = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'
SPADE = 'configs/spade/spade_base16_1xb8-400iters_scenes-64x64.py'
# Generator, unknown channel, boundary channel, how the data set's label maps are read.
MODELS = dict(
    ecgan=(ECGAN, False, True, {}),
    ecgan_opening=(ECGAN, False, True, {}),
    ecgan_unknown=(ECGAN, True, True, dict(label_map={40: 0, 0: 255})),
    ecgan_bilinear=(ECGAN, False, True, {}),
    spade=(SPADE, False, False, {}),
    spade_unknown=(SPADE, True, False, dict(reduce_zero_label=True)),
)


def save_checkpoint(repo_root: Path, path: Path, name: str) -> Path:
    """A checkpoint as a training leaves it, of one of MODELS at width 4."""
    recipe, unknown, boundary, reading = MODELS[name]
    cfg = Config.fromfile(repo_root / recipe)
    cfg.merge_from_dict(
        {
            'model.generator.base_channels': 4,
            'model.generator.init_gain': 0.02,
            'model.discriminator.base_channels': 4,
            'model.data_preprocessor.with_unknown': unknown,
            'model.data_preprocessor.with_boundary': boundary,
        }
    )
    if name == 'ecgan_opening':
        cfg.model.generator.edge_transfer.opening = 0.02
    if name == 'ecgan_bilinear':
        cfg.model.generator.trunk = dict(upsampling_mode='bilinear')
    cfg.test_dataloader.dataset.update(reading)
    model = build_loud(cfg)
    with torch.no_grad():
        # The statistics of a new network fold nothing.
        for key, value in model.sampling_generator.named_buffers():
            if key.endswith(('running_mean', 'running_var')):
                value.add_(torch.rand_like(value))
    return save_model(model, cfg, path, classes=SCENE_CLASSES)


class Checkpoints(dict):
    """A file of each of MODELS, made when it is first asked for."""

    def __init__(self, repo_root: Path, folder: Path) -> None:
        self.repo_root, self.folder = repo_root, folder

    def __missing__(self, name: str) -> Path:
        self[name] = save_checkpoint(self.repo_root, self.folder / f'{name}.pth', name)
        return self[name]


@pytest.fixture(scope='module')
def checkpoints(repo_root, tmp_path_factory) -> dict[str, Path]:
    return Checkpoints(repo_root, tmp_path_factory.mktemp('models'))


def scenes(name: str, count: int, size: tuple[int, int]) -> list[np.ndarray]:
    """Label maps as in files, and instance maps where the model takes them; (N, H, W) each."""
    _, unknown, boundary, reading = MODELS[name]
    drawn = [draw_scene(index, 1, size)[1:] for index in range(count)]
    labels, instances = (np.stack(maps) for maps in zip(*drawn))
    labels, coding = labels.astype(np.uint8), LabelCoding(**reading)
    if unknown:
        labels[:, 10:20, 5:30] = 255
    labels = coding.in_files(labels)
    return [labels, instances.astype(np.int64)] if boundary else [labels]


def run_file(path: Path) -> tuple[Callable, dict]:
    """An exported file as its user runs it, and what it says of itself."""
    if path.suffix == '.pt2':
        extra = {'metadata.json': ''}
        module = torch.export.load(path, extra_files=extra).module()
        metadata = json.loads(extra['metadata.json'])
        return lambda maps: module(*map(torch.from_numpy, maps)).numpy(), metadata
    onnxruntime = pytest.importorskip('onnxruntime')
    session = onnxruntime.InferenceSession(path)
    stored = session.get_modelmeta().custom_metadata_map
    names = [each.name for each in session.get_inputs()]
    run = lambda maps: session.run(None, dict(zip(names, maps)))[0]  # noqa: E731
    return run, {key: json.loads(value) for key, value in stored.items()}


# Every model once, every kind of file with each generator.
@pytest.mark.slow
@pytest.mark.parametrize(
    ('name', 'suffix'),
    [
        ('spade_unknown', '.pt2'),
        ('ecgan_opening', '.pt2'),
        ('ecgan_bilinear', '.pt2'),
        pytest.param('ecgan_opening', '.onnx', marks=pytest.mark.campaign),
        pytest.param('ecgan_bilinear', '.onnx', marks=pytest.mark.campaign),
        pytest.param('ecgan', '.pt2', marks=pytest.mark.campaign),
        pytest.param('ecgan_unknown', '.onnx', marks=pytest.mark.campaign),
        pytest.param('spade', '.onnx', marks=pytest.mark.campaign),
    ],
)
def test_a_file_gives_the_inferencers_pictures(checkpoints, tmp_path, name, suffix):
    if suffix == '.onnx':
        pytest.importorskip('onnxscript')
    path = tmp_path / 'files' / f'model{suffix}'
    agreement = export_checkpoint(checkpoints[name], path)
    assert agreement.is_close and agreement.values > 3 * 64 * 64
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    run, metadata = run_file(path)
    inferencer = ECGANInferencer(checkpoints[name], device='cpu')
    for count, size in ((1, (64, 64)), (3, (64, 128)), (2, (160, 96))):
        maps = scenes(name, count, size)
        pictures = run(maps)
        assert pictures.dtype == np.uint8 and pictures.shape == (count, *size, 3)
        expected = inferencer(*([*each] for each in maps), batch_size=count)
        difference = pictures.astype(int) - np.stack([each.image for each in expected])
        assert abs(difference).max() <= 1 and (difference != 0).mean() < 0.01
        assert pictures.std() > 1
    if len(maps) > 1:
        assert not np.array_equal(run([maps[0], maps[0].astype(np.int64)]), pictures)
    assert len(metadata['checkpoint_sha256']) == 64
    assert metadata['project'] == f'ecgan-mmagic {__version__}'
    assert metadata['classes'] == list(SCENE_CLASSES) and len(metadata['palette'][0]) == 3
    _, unknown, boundary, reading = MODELS[name]
    first, last = LabelCoding(**reading).in_files(np.array([0, 255])).tolist()
    assert metadata['first_id'] == first and metadata['divisor'] == 32
    assert metadata['unknown_id'] == (last if unknown else None)
    assert dict(metadata['label_map']) == reading.get('label_map', {})
    assert [*metadata['inputs']] == ['labels', 'instances'][: 1 + boundary]
    assert metadata['outputs'] == {'image': 'uint8 (batch, height, width, 3): RGB'}


@pytest.mark.campaign
def test_onnx_is_well_formed_and_names_its_axes(checkpoints, tmp_path):
    onnx = pytest.importorskip('onnx')
    pytest.importorskip('onnxscript')
    path = tmp_path / 'model.onnx'
    assert export_checkpoint(checkpoints['ecgan'], path, as_float=True).largest < 1e-4
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    values = {
        each.name: each.type.tensor_type for each in (*model.graph.input, *model.graph.output)
    }
    axes = {name: [d.dim_param or d.dim_value for d in v.shape.dim] for name, v in values.items()}
    size = ['batch', 'height', 'width']
    assert axes == dict(labels=size, instances=size, image=[*size, 3])
    kinds = {name: onnx.TensorProto.DataType.Name(v.elem_type) for name, v in values.items()}
    assert kinds == dict(labels='UINT8', instances='INT64', image='FLOAT')
    run, metadata = run_file(path)
    assert metadata['outputs'] == {'image': 'float32 in [-1, 1] (batch, height, width, 3): RGB'}
    with pytest.raises(Exception, match=r'out of (data )?bounds'):
        run([np.full((1, 64, 64), 99, np.uint8), np.zeros((1, 64, 64), np.int64)])


@pytest.mark.parametrize('size', [(1, 1), (1, 7), (5, 1), (9, 12)])
def test_boundaries_are_those_of_the_data_pipeline(size):
    ids = np.random.default_rng(0).integers(0, 3, (2, *size))
    expected = np.stack([boundary_map(each) for each in ids])
    assert np.array_equal(boundary_maps(torch.from_numpy(ids)).numpy(), expected)


def test_wrong_arguments(tmp_path, monkeypatch):
    monkeypatch.setattr(export, 'OLDEST_TORCH', Version('99'))
    with pytest.raises(ConfigError, match=r'exporting needs torch 99, this is 2\.'):
        export_checkpoint('none.pth', tmp_path / 'model.pt2')
    monkeypatch.undo()
    with pytest.raises(ConfigError, match=r'must end in \.onnx, .*, got .*model\.pth'):
        export_checkpoint('none.pth', tmp_path / 'model.pth')
    monkeypatch.setattr(export, 'find_spec', lambda name: None if 'script' in name else True)
    with pytest.raises(ConfigError, match=r'needs onnxscript: pip install onnx onnxscript'):
        export_checkpoint('none.pth', tmp_path / 'model.onnx')
    with pytest.raises(FileNotFoundError):
        export_checkpoint(tmp_path / 'none.pth', tmp_path / 'model.pt2')
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize('as_float', [False, True])
@pytest.mark.parametrize('wrong', [2, np.nan])
def test_a_file_that_gives_something_else_is_not_written(
    checkpoints, tmp_path, monkeypatch, wrong, as_float
):
    path = tmp_path / 'model.pt2'
    path.write_text('an older one')
    inferencer = ECGANInferencer(checkpoints['spade'], device='cpu')
    monkeypatch.setattr(export, '_sample_maps', lambda _: [scenes('spade', 1, (32, 32))])
    monkeypatch.setattr(export, '_trace', lambda *args: None)
    monkeypatch.setattr(export, '_program_file', lambda *args: b'a newer one')
    shift = [wrong]
    monkeypatch.setattr(
        export,
        '_run_program',
        lambda content: (
            lambda maps: export.expected_pictures(inferencer, maps, as_float) + shift[0]
        ),
    )
    with pytest.raises(CheckpointError, match=r'model\.pt2 was not written: at most (2|nan)'):
        export_checkpoint(checkpoints['spade'], path, as_float=as_float)
    assert path.read_text() == 'an older one' and [*tmp_path.iterdir()] == [path]
    shift[0] = 0
    export_checkpoint(checkpoints['spade'], path, as_float=as_float)
    assert path.read_text() == 'a newer one'


def test_more_classes_than_a_byte_holds(checkpoints):
    inferencer = ECGANInferencer(checkpoints['spade'], device='cpu')
    inferencer.model.data_preprocessor.num_classes = 300
    (labels,), *_ = export._sample_maps(inferencer)
    assert labels.dtype == np.int64 and labels.max() > 250
    assert export.describe(inferencer, False)['inputs']['labels'].startswith('int64')


@pytest.mark.campaign
@pytest.mark.parametrize(('name', 'index'), [('model.onnx', 0), ('model.pt2', 1)])
def test_the_tool_and_the_page(checkpoints, repo_root, tmp_path, monkeypatch, name, index):
    """tools/export.py as a process, and docs/convert.md's program on what it wrote."""
    if name == 'model.onnx':
        pytest.importorskip('onnxscript')
    log, argv = tmp_path / 'log.txt', [str(checkpoints['ecgan']), str(tmp_path / name)]
    status = fresh_process.run(fresh_process.run_script, 'tools/export.py', argv, log=log)
    assert status == 0, log.read_text()
    assert re.search(rf'{name}: \d+\.\d MB, at most [01] levels from PyTorch', log.read_text())
    (labels,), _ = scenes('ecgan', 1, (75, 100))
    cv2.imwrite(str(tmp_path / 'layout.png'), labels)
    page = (repo_root / 'docs' / 'convert.md').read_text(encoding='utf-8')
    programs = re.findall(r'^```python\n(.*?)^```$', page, re.MULTILINE | re.DOTALL)
    assert f"'{name}'" in programs[index]
    monkeypatch.chdir(tmp_path)
    exec(programs[index], {})
    written = cv2.imread('picture.png')[..., ::-1]
    expected = ECGANInferencer(checkpoints['ecgan'], device='cpu')(labels).image
    assert abs(written.astype(int) - expected).max() <= 1
