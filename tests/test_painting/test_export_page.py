"""What a page is written from, and what is refused before anything is written."""

import functools
import json
import re
import sys
from types import SimpleNamespace

import pytest
import torch
from ecgan_toys import build_loud, save_model
from mmengine.config import Config

from projects.ecgan.commands import export
from projects.ecgan.datasets import SCENE_CLASSES
from projects.ecgan.errors import CheckpointError, ConfigError, MissingFileError
from projects.ecgan.painting.static_page import assembly, export_page, onnx_model
from projects.ecgan.painting.static_page.agreement import Difference
from projects.ecgan.painting.static_page.runtime_files import find_runtime


def test_wrong_places_are_refused(tmp_path):
    (tmp_path / 'file').touch()
    (tmp_path / 'full').mkdir()
    (tmp_path / 'full' / 'index.html').write_text('of somebody else')
    for out, options, told in (
        ('page', dict(weights='int4'), "weights must be one of .*, got 'int4'"),
        ('page', dict(single=True), 'a page in one file must end in .html, got .*page'),
        ('file', {}, 'file is a file: name a folder, or a file that ends in .html'),
        ('full', {}, 'full holds other files than a page: name an empty folder'),
    ):
        with pytest.raises(ConfigError, match=told):
            export_page('none.pth', tmp_path / out, **options)
    (tmp_path / 'folder.html').mkdir()
    with pytest.raises(ConfigError, match=r'folder\.html is a folder: name the file, such as'):
        export_page('none.pth', tmp_path / 'folder.html')
    assert (tmp_path / 'full' / 'index.html').read_text() == 'of somebody else'


def test_the_command_tells_a_page_by_its_form(tmp_path, capsys):
    for argv, told in (
        (['m.pth', str(tmp_path / 'page'), '--float'], '--float, --seed and --report are for'),
        (['m.pth', str(tmp_path / 'a.html'), '--seed', '1'], 'its visitors choose seeds'),
        (['m.pth', 'a.onnx', '--webgpu'], '--runtime and --webgpu are for a page'),
        (['m.pth', str(tmp_path / 'page'), '--single'], 'must end in .html'),
    ):
        assert export.main(argv) == 2
        assert told in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == []


def test_a_model_that_no_browser_holds_is_refused(monkeypatch):
    network = torch.nn.Linear(100, 100)
    monkeypatch.setattr(onnx_model, 'MAX_WEIGHT_BYTES', 10_000)
    with pytest.raises(CheckpointError, match=r'the generator has 0\.0 GB of weights in float32'):
        onnx_model.onnx_model(network)


def test_modules_are_joined_each_once_and_imports_first():
    script = assembly.joined_modules(assembly.BROWSER / 'page.js')
    names = re.findall(r'^// (\w+\.js)$', script, re.MULTILINE)
    assert names[-1] == 'page.js' and len(names) == len({*names})
    assert names.index('png_writing.js') < names.index('png_reading.js')
    assert 'layout_canvas.js' in names, 'the canvas of the page with a server'
    assert not re.search(r'^(import|export) ', script, re.MULTILINE)


@pytest.mark.parametrize('single', [True, False])
def test_a_page_names_no_other_host_and_carries_large_files_in_parts(monkeypatch, single):
    monkeypatch.setattr(assembly, '_PART', 30)
    data = bytes(range(256))
    facts = dict(title='</script><script>alert(1)</script>')
    written = assembly.assemble(facts, dict(model=data), single)
    page = written.pop('index.html').decode()
    text = page + ''.join(each.decode() for each in written.values())
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', text)
    assert page.count('<script>alert') == 0
    assert "default-src 'none'" in page
    parts = re.findall(r'embed\("model", "([^"]*)"\)', text)
    packed = b''.join(assembly.base64.b64decode(part) for part in parts)
    assert len(parts) > 3 and assembly.gzip.decompress(packed) == data
    assert [*written] == ([] if single else [f'data/model-{i}.js' for i in range(len(parts))])


def test_another_picture_is_refused_and_a_visible_difference_told(monkeypatch, tmp_path):
    near, far = Difference(1, 0.0, 0.001, 0.1, 100), Difference(90, 0.5, 0.9, 20.0, 100)
    seen = Difference(12, 0.3, 0.8, 2.5, 100)
    found = dict(between_kernels=far, from_inferencer=near)
    module = sys.modules[export_page.__module__]
    monkeypatch.setattr(module, 'run_as_browser', lambda *args: None)
    monkeypatch.setattr(module, 'run_here', lambda content: None)
    monkeypatch.setattr(module, 'pictures_of', lambda *args: [])
    for name in found:
        monkeypatch.setattr(module, name, lambda *args, name=name: found[name])
    shared = SimpleNamespace(inferencer=None, labels=None)
    compared = functools.partial(module._compared, b'', None, shared, [], None, b'')
    with pytest.raises(CheckpointError, match='same weights its pictures are at most 90 of 255'):
        compared()
    found.update(between_kernels=near, from_inferencer=far)
    with pytest.raises(CheckpointError, match=r'root mean square 20\.0: --weights float16'):
        compared()
    found.update(from_inferencer=seen)
    report = module.PageReport(tmp_path, 10**7, 5 * 10**6, '1.2.3', 'int8', compared())
    assert str(report) == (
        f'{tmp_path}: 10.0 MB, of which onnxruntime-web 1.2.3 5.0 MB; weights in 8 bits, at most '
        '12 of 255 levels from PyTorch, 30.00% of 100 values by more than one (run by onnxruntime '
        'on this machine, as there is no Node.js); 8 bits are too few for this model to stay '
        'within a level (root mean square 2.5): --weights with more bits is nearer'
    )


@pytest.mark.slow
def test_a_model_of_other_files_becomes_a_page(repo_root, tmp_path):
    """SPADE alone, with unknown pixels and ids that files number from one."""
    for package in ('onnx', 'onnxscript', 'onnxruntime'):
        pytest.importorskip(package)
    try:
        find_runtime()
    except MissingFileError as error:
        pytest.skip(str(error))
    cfg = Config.fromfile(repo_root / 'configs/spade/spade_base16_1xb8-400iters_scenes-64x64.py')
    cfg.merge_from_dict(
        {
            'model.generator.base_channels': 4,
            'model.generator.init_gain': 0.02,
            'model.data_preprocessor.with_unknown': True,
        }
    )
    cfg.test_dataloader.dataset = dict(
        type='LayoutImageDataset',
        data_root=str(tmp_path / 'elsewhere'),
        label_dir='labels',
        reduce_zero_label=True,
        pipeline=[dict(type='PackLayoutInputs', size=(64, 64))],
    )
    model = save_model(build_loud(cfg), cfg, tmp_path / 'model.pth', classes=SCENE_CLASSES)
    report = export_page(model, tmp_path / 'page', weights='float32')
    # Weights as they are: what differs is kernels' rounding.
    assert report.compared.kernels.is_of_kernels and report.compared.pictures.largest <= 1
    page = (tmp_path / 'page' / 'index.html').read_text()
    facts = json.loads(re.search(r'id="facts">(.*?)</script>', page)[1])
    assert [row[0] for row in facts['labels']] == [*range(8), 255]
    assert facts['coding']['inFiles'] == [[i, i + 1] for i in range(8)] + [[255, 0]]
    assert facts['examples'] == [] and 'elsewhere' in facts['noExamples']
    assert facts['noise'] is None and facts['divisor'] == 32 and facts['size'] == [64, 64]
    assert facts['about'][2][1].startswith('in 32 bits, ')
    first = {path.name for path in (tmp_path / 'page' / 'data').iterdir()}
    # A page is written over a page, and parts that it no longer has go.
    (tmp_path / 'page' / 'data' / 'model-7.js').touch()
    export_page(model, tmp_path / 'page')
    assert {path.name for path in (tmp_path / 'page' / 'data').iterdir()} == first
