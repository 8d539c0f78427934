"""``ecgan push --dry-run``: the folder that would be uploaded."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from ecgan_toys import write_checkpoint

from projects.ecgan import ECGANInferencer
from projects.ecgan.commands.push import main
from projects.ecgan.datasets import draw_scene
from projects.ecgan.reports import write_report
from projects.ecgan.weights import file_sha256

hub = pytest.importorskip('huggingface_hub')


@pytest.fixture
def checkpoint(repo_root, tmp_path) -> Path:
    """One that was measured."""
    path = write_checkpoint(repo_root, tmp_path)
    protocol = dict(
        checkpoint=str(path), checkpoint_sha256=file_sha256(path), num_images=256,
        dataset=['ProceduralScenes'],
    )  # fmt: skip
    measured = dict(generated=dict(mIoU=0.81, PSNR=14.5), real=dict(mIoU=0.96))
    write_report(dict(protocol=protocol, **measured, remarks=[]), tmp_path)
    return path


def test_a_folder_in_the_hubs_form(checkpoint, tmp_path, capsys):
    folder = tmp_path / 'up'
    argv = [str(checkpoint), 'me/toy-1', '--dry-run', '--folder', str(folder), '--datasets', 'me/s']
    assert main(argv) == 0
    said = capsys.readouterr().out
    assert 'Nothing was uploaded' in said and 'license: unknown; --license' in said
    files = {path.relative_to(folder).as_posix() for path in folder.rglob('*') if path.is_file()}
    shown = {f'{kind}/layout_{i}.png' for kind in ('layouts', 'pictures') for i in range(3)}
    assert files == {'README.md', 'model.safetensors', 'samples.png'} | shown
    # The card as the hub's own classes read it.
    card = hub.ModelCard.load(folder / 'README.md')
    head = card.data.to_dict()
    assert head['license'] == 'unknown' and head['library_name'] == 'ecgan-mmagic'
    assert head['pipeline_tag'] == 'image-to-image' and 'ecgan' in head['tags']
    assert head['datasets'] == ['me/s'] and sorted(head['metrics']) == ['PSNR', 'mIoU']
    ((index,),) = ([head['model-index'][0]],)
    assert index['name'] == 'toy-1'
    results = {
        metric['type']: metric['value']
        for result in index['results']
        for metric in result['metrics']
    }
    assert results == dict(mIoU=0.81, PSNR=14.5)
    assert index['results'][0]['dataset']['name'] == 'ProceduralScenes, 256 images'
    text = card.text
    assert "ECGANInferencer('hf://me/toy-1')('layout.png').image" in text
    assert '| mIoU | 0.8100 | 0.9600 |' in text and '| 6 | car |' in text
    for link in ('samples.png',):
        assert f']({link})' in text and (folder / link).is_file()
    # Pictures are what the uploaded file makes of the layouts beside them.
    inferencer = ECGANInferencer(folder / 'model.safetensors', device='cpu')
    made = inferencer(folder / 'layouts/layout_2.png').image
    assert np.array_equal(made, cv2.imread(str(folder / 'pictures/layout_2.png'))[..., ::-1])
    for path in (folder / 'README.md', folder / 'model.safetensors'):
        assert str(tmp_path).encode() not in path.read_bytes()


def test_layouts_of_ones_own_and_half_of_the_room(checkpoint, tmp_path):
    folder = tmp_path / 'up'
    (tmp_path / 'mine').mkdir()
    cv2.imwrite(str(tmp_path / 'mine/a.png'), draw_scene(3, 1, (64, 64))[1])
    sizes = []
    for weights in ('float32', 'float16'):
        argv = [str(checkpoint), 'me/toy', '--dry-run', '--folder', str(folder)]
        argv += ['--layouts', str(tmp_path / 'mine'), '--weights', weights]
        assert main(argv) == 0
        sizes.append((folder / 'model.safetensors').stat().st_size)
    assert sizes[1] < 0.52 * sizes[0]
    assert [path.name for path in (folder / 'pictures').iterdir()] == ['a.png']


def test_a_model_without_measures_and_data_says_so(checkpoint, tmp_path, capsys):
    from trained_with import trained_with

    alone = tmp_path / 'alone'
    alone.mkdir()
    files = dict(type='LayoutImageDataset', label_dir='nowhere', pipeline=[])
    path = trained_with(checkpoint, alone / 'model.pth', train=files)
    shutil.rmtree(tmp_path / 'report.json', ignore_errors=True)
    (tmp_path / 'report.json').unlink()
    assert main([str(path), 'me/toy', '--dry-run', '--folder', str(tmp_path / 'up')]) == 0
    assert 'The card shows no pictures: name label maps, or a folder' in capsys.readouterr().out
    card = hub.ModelCard.load(tmp_path / 'up/README.md')
    assert 'model-index' not in card.data.to_dict() and '## Evaluation' not in card.text
    assert json.dumps(card.data.to_dict())


def test_wrong_names(capsys):
    for name in ('toy', 'me/a/b', 'me/', 'hf://me/a'):
        with pytest.raises(SystemExit):
            main(['scenes', name])
        assert f'{name!r} is not OWNER/REPO' in capsys.readouterr().err


def test_without_the_library_it_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr('projects.ecgan.inference.hub.find_spec', lambda name: None)
    assert main(['scenes', 'me/toy']) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith('error: ecgan push needs huggingface_hub 1.13 or newer')
