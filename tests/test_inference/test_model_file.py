"""One file that runs nothing: the same pictures, and a sentence for whatever is wrong with it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from ecgan_toys import SMOKE, write_checkpoint
from safetensors import safe_open
from safetensors.torch import load, save_file

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import SCENE_CLASSES, SCENE_PALETTE, draw_scene
from projects.ecgan.errors import CheckpointError, ConfigError, DataError, MissingFileError
from projects.ecgan.inference import export_checkpoint
from projects.ecgan.inference.model_file import ModelFile, in_16_bits, read_model_file
from projects.ecgan.recipes.carried_config import read_carried_config
from projects.ecgan.reports import write_report
from projects.ecgan.weights import file_sha256


@pytest.fixture(scope='module')
def checkpoint(repo_root, tmp_path_factory) -> Path:
    return write_checkpoint(repo_root, tmp_path_factory.mktemp('model'))


@pytest.fixture(scope='module')
def model(checkpoint) -> Path:
    path = checkpoint.with_name('model.safetensors')
    agreement = export_checkpoint(checkpoint, path)
    assert (agreement.largest, agreement.share) == (0, 0)
    return path


def pictures(path: Path) -> list[np.ndarray]:
    inferencer = ECGANInferencer(path, device='cpu')
    _, labels, instances = draw_scene(0, 1, (64, 64))
    made = inferencer(labels, instances)
    return [made.image, made.coarse, made.edge, made.layout]


def test_the_same_pictures_to_the_byte(checkpoint, model):
    for before, after in zip(pictures(checkpoint), pictures(model)):
        assert before.tobytes() == after.tobytes()
    assert before.std() > 1


def test_a_config_may_stand_in_for_that_of_the_file(model, repo_root):
    recipe = repo_root / SMOKE
    labels = draw_scene(0, 1, (64, 64))[1]
    given = ECGANInferencer(model, recipe, device='cpu')
    assert given.cfg.model.ema_config
    made = given(labels).image
    assert np.array_equal(made, ECGANInferencer(model, device='cpu')(labels).image)


def test_what_is_in_it(checkpoint, model):
    content = torch.load(checkpoint, weights_only=True)
    state = load(model.read_bytes())
    average = {
        name.removeprefix('generator_ema.module.'): value
        for name, value in content['state_dict'].items()
        if name.startswith('generator_ema.module.')
    }
    # The moving average's generator, and nothing that only a training needs.
    assert {name.removeprefix('generator.') for name in state} == set(average)
    assert all(torch.equal(state[f'generator.{name}'], value) for name, value in average.items())
    with safe_open(model, framework='pt') as file:
        texts = file.metadata()
    assert json.loads(texts['classes']) == list(SCENE_CLASSES)
    assert json.loads(texts['palette']) == [list(colour) for colour in SCENE_PALETTE]
    config = read_carried_config(dict(meta=dict(cfg=texts['config'])), 'model')
    carried = read_carried_config(content, 'checkpoint')
    assert config.model.pop('ema_config') is None and carried.model.pop('ema_config')
    # What belongs to the machine and the moment is left out.
    assert (carried.pop('load_from'), carried.pop('resume')) == (None, False)
    assert config.to_dict() == carried.to_dict()
    card = json.loads(texts['card'])
    assert card['checkpoint_sha256'] == file_sha256(checkpoint)
    assert card['training']['moving_average'] and card['weights'] == 'float32'
    assert card['what'] == (
        'ECGANGenerator: pictures from label maps of 8 classes, trained at 64x64 (width x height)'
    )


def test_the_same_model_is_the_same_file(model, tmp_path):
    assert read_model_file(model).to_bytes() == model.read_bytes()
    export_checkpoint(model, tmp_path / 'again.safetensors')
    assert (tmp_path / 'again.safetensors').read_bytes() == model.read_bytes()


def test_in_16_bits_it_takes_half(checkpoint, model, tmp_path):
    path = tmp_path / 'half.safetensors'
    agreement = export_checkpoint(checkpoint, path, weights='float16')
    assert 0 < agreement.largest <= 2 and agreement.share < 0.05
    assert path.stat().st_size < 0.52 * model.stat().st_size
    state = read_model_file(path).state
    assert {x.dtype for x in state.values() if x.ndim > 1} == {torch.float16}
    assert {x.dtype for x in state.values() if x.ndim == 1} == {torch.float32}
    for before, after in zip(pictures(model), pictures(path)):
        assert abs(before.astype(int) - after).max() <= 2


def test_numbers_that_16_bits_do_not_hold():
    with pytest.raises(DataError, match=r'w reaches 7e\+04, which 16 bits do not hold \(up to 655'):
        in_16_bits(dict(w=torch.full((2, 2), 7e4)))
    assert in_16_bits(dict(w=torch.full((2,), 7e4)))['w'].dtype == torch.float32


def test_any_tensor_comes_back(tmp_path):
    state = dict(
        bfloat16=torch.rand(3, 2).bfloat16(), number=torch.tensor(3), none=torch.zeros(0, 4),
        turned=torch.rand(4, 3).T, part=torch.rand(8)[::2],
    )  # fmt: skip
    path = tmp_path / 'model.safetensors'
    path.write_bytes(ModelFile(state, 'a = 1\n', ['x'], [[1, 2, 3]]).to_bytes())
    found = read_model_file(path)
    assert all(torch.equal(found.state[name], value) for name, value in state.items())
    assert found.as_checkpoint()['state_dict']['bfloat16'].dtype == torch.float32


def change(model: Path, path: Path, **texts: str) -> None:
    """The file with other texts in its header, its digest as it was unless one is given."""
    with safe_open(model, framework='pt') as file:
        before = file.metadata()
    save_file(load(model.read_bytes()), path, {**before, **texts})


def with_bytes(path: Path, at: int, data: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[at : at + len(data)] = data
    path.write_bytes(content)


ANEW = 'fetch or export it anew'
SPOILT = {
    'a weight is another': (lambda p: with_bytes(p, -5000, b'\x01'), f'SHA-256 is another.*{ANEW}'),
    'cut off': (lambda p: p.write_bytes(p.read_bytes()[:-9]), f'no whole safetensors.*{ANEW}'),
    'in the header': (lambda p: p.write_bytes(p.read_bytes()[:100]), f'no whole.*{ANEW}'),
    'empty': (lambda p: p.write_bytes(b''), f'no whole safetensors file.*{ANEW}'),
    'a header that is none': (lambda p: with_bytes(p, 8, b'[['), f'no whole safetensors.*{ANEW}'),
    'a huge header': (lambda p: with_bytes(p, 0, b'\xff' * 8), f'no whole safetensors.*{ANEW}'),
    'a pickle': (lambda p: torch.save({'a': 1}, p), f'no whole safetensors file.*{ANEW}'),
    'another config': (lambda p: change(p, p, config='a = 1'), f'SHA-256 is another.*{ANEW}'),
    'no digest': (lambda p: change(p, p, digest=''), f'SHA-256 is another.*{ANEW}'),
    'a newer form': (lambda p: change(p, p, ecgan='2'), "has form '2' .* a newer ecgan-mmagic"),
    'foreign': (lambda p: save_file({'a': torch.ones(1)}, p), 'file of something else'),
}


@pytest.mark.parametrize('name', SPOILT)
def test_a_spoilt_file_is_refused_in_a_sentence(name, model, tmp_path):
    spoil, message = SPOILT[name]
    path = tmp_path / 'spoilt.safetensors'
    shutil.copy(model, path)
    spoil(path)
    with pytest.raises(CheckpointError, match=message) as caught:
        ECGANInferencer(path, device='cpu')
    assert str(path) in caught.value.sentence and '\n' not in str(caught.value)


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (dict(classes=[1]), r'classes are \[1\]'),
        (dict(palette=[[1, 2]]), r'the palette of 1 classes is \[\[1, 2\]\]'),
        (dict(palette='red'), 'the palette of 1 classes is "red"'),
        (dict(card=[]), r'the card is \[\]'),
    ],
)
def test_a_file_that_means_harm_is_refused_too(changes, message, tmp_path):
    """Its digest is right: whoever wrote it could compute one."""
    path = tmp_path / 'model.safetensors'
    whole = dict(state={}, config='a = 1\n', classes=['x'], palette=[[1, 2, 3]], card={})
    path.write_bytes(ModelFile(**{**whole, **changes}).to_bytes())
    with pytest.raises(CheckpointError, match=message):
        read_model_file(path)


def test_a_config_that_would_do_something_is_not_run(model, tmp_path):
    path = tmp_path / 'model.safetensors'
    held = read_model_file(model)
    text = f'a = open({str(tmp_path / "made")!r}, "w")\n'
    path.write_bytes(ModelFile(held.state, text, held.classes, held.palette).to_bytes())
    with pytest.raises(CheckpointError, match='more than settings'):
        ECGANInferencer(path)
    assert not (tmp_path / 'made').exists()


def test_metrics_come_from_the_report_of_this_checkpoint(checkpoint, tmp_path):
    copy = Path(shutil.copytree(checkpoint.parent, tmp_path / 'run'), checkpoint.name)

    def report(folder: Path, sha: str) -> None:
        protocol = dict(checkpoint=str(copy), checkpoint_sha256=sha, num_images=4)
        numbers = dict(mIoU=0.5, PSNR=float('inf'), per_class=dict(sky=dict(IoU=1)))
        write_report(dict(protocol=protocol, generated=numbers, remarks=[]), folder)

    def card(**options) -> dict:
        export_checkpoint(copy, tmp_path / 'm.safetensors', **options)
        return read_model_file(tmp_path / 'm.safetensors').card

    assert card()['metrics'] == {}
    report(copy.parent, '0' * 64)  # of an older checkpoint of that folder
    assert card()['metrics'] == {}
    report(tmp_path, file_sha256(copy))
    found = card()
    assert found['metrics'] == dict(generated=dict(mIoU=0.5))
    # A card that is passed on names no folder.
    assert found['protocol']['checkpoint'] == copy.name and str(tmp_path) not in str(found)
    report(tmp_path / 'other', '1' * 64)
    with pytest.raises(DataError, match=r'is a report of .*, whose SHA-256 is 111.* measure it'):
        card(report=tmp_path / 'other')
    with pytest.raises(MissingFileError, match='No report at'):
        card(report=tmp_path / 'none')


def test_wrong_options(checkpoint, tmp_path):
    with pytest.raises(ConfigError, match=r"weights must be one of .*, got 'int4'"):
        export_checkpoint(checkpoint, tmp_path / 'm.safetensors', weights='int4')
    with pytest.raises(ConfigError, match=r'as_float=True means nothing for .*m\.safetensors'):
        export_checkpoint(checkpoint, tmp_path / 'm.safetensors', as_float=True)
    with pytest.raises(ConfigError, match=r"weights='float16' means nothing for .*m\.onnx"):
        export_checkpoint(checkpoint, tmp_path / 'm.onnx', weights='float16')
    assert [*tmp_path.iterdir()] == []
