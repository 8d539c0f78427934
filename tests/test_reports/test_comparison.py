import copy
import json
import sys

import pytest

from projects.ecgan.reports import (
    compare_reports,
    protocol_differences,
    read_report,
    update_report,
    write_report,
)

REPORT = {
    'protocol': {
        'checkpoint': 'one.pth',
        'checkpoint_sha256': 'a' * 64,
        'config': 'one.py',
        'num_images': 500,
        'segmentor': {
            'checkpoint': '/here/seg.pth',
            'checkpoint_sha256': 'c' * 64,
            'input_policy': 'native',
        },
        'packages': {'torch': '2.1.2'},
        'device': 'cpu',
    },
    'generated': {'mIoU': 0.5, 'PSNR': float('inf'), 'per_class': {'road': {'IoU': 0.5}}},
    'real': {'mIoU': 0.75, 'per_class': {'road': {'IoU': None}}},
}


def _other(**protocol) -> dict:
    report = copy.deepcopy(REPORT)
    report['protocol'].update(protocol)
    report['generated']['mIoU'] = 0.625
    return report


@pytest.fixture
def compare_tool(repo_root, monkeypatch):
    monkeypatch.syspath_prepend(str(repo_root / 'tools' / 'analysis_tools'))
    import compare_reports as tool

    yield tool.main
    del sys.modules['compare_reports']


def _write(folder, **reports) -> list[str]:
    for name, report in reports.items():
        write_report(report, folder / name)
    return [str(folder / name) for name in reports]


def test_what_may_differ():
    other = _other(
        checkpoint='two.pth',
        checkpoint_sha256='b' * 64,
        config='two.py',
        packages={'torch': '2.15.0'},
        device='NVIDIA H200',
    )
    other['protocol']['segmentor']['checkpoint'] = '/there/seg.pth'
    assert protocol_differences({'one': REPORT, 'two': other}) == {}


@pytest.mark.parametrize(
    ('key', 'value', 'seen'),
    [
        ('num_images', 5, [500, 5]),
        ('precision', 'float32', [None, 'float32']),
    ],
)
def test_what_may_not_differ(key, value, seen):
    assert protocol_differences({'one': REPORT, 'two': _other(**{key: value})}) == {key: seen}


def test_another_segmentor_is_another_protocol():
    other = _other()
    other['protocol']['segmentor']['checkpoint_sha256'] = 'd' * 64
    differences = protocol_differences({'one': REPORT, 'two': other})
    assert list(differences) == ['segmentor.checkpoint_sha256']


def test_table_side_by_side():
    text = compare_reports({'one': REPORT, 'two': _other()})
    assert '| generated mIoU | 0.5000 | 0.6250 |' in text
    assert '| real mIoU | 0.7500 | 0.7500 |' in text
    assert 'not comparable' not in text


def test_remarks_are_below_the_table():
    few, equal = 'FID is of 500 images', '3 of 500 images equal their photos'
    one, two = {**REPORT, 'remarks': [few, equal]}, {**_other(), 'remarks': [few]}
    text, remarks = compare_reports({'one': one, 'two': two}).split('\n\n')
    assert '| images | 500 | 500 |' in text
    assert remarks.splitlines() == [f'- {few}', f'- one: {equal}']


def test_tool_compares(tmp_path, compare_tool, capsys):
    assert compare_tool(_write(tmp_path, one=REPORT, two=_other())) == 0
    assert '| metric | one | two |' in capsys.readouterr().out


def test_tool_refuses_different_protocols(tmp_path, compare_tool, capsys):
    paths = _write(tmp_path, one=REPORT, two=_other(num_images=5))
    assert compare_tool(paths) == 2
    captured = capsys.readouterr()
    assert captured.out == ''
    assert 'error: different protocols: num_images (500 / 5)' in captured.err


def test_tool_says_so_when_told_to_compare_anyway(tmp_path, compare_tool, capsys):
    paths = _write(tmp_path, one=REPORT, two=_other(num_images=5))
    assert compare_tool([*paths, '--allow-different-protocols']) == 0
    out = capsys.readouterr().out
    assert '**different protocols: not comparable**' in out
    assert '| **num_images** | 500 | 5 |' in out


def test_tool_names_what_is_no_report(tmp_path, compare_tool, capsys):
    (tmp_path / 'report.json').write_text('{"loss": 1}')
    assert compare_tool([str(tmp_path / 'report.json')]) == 2
    assert "is not a report: it has no 'protocol'" in capsys.readouterr().err
    assert compare_tool([str(tmp_path / 'absent')]) == 2
    assert 'No report at' in capsys.readouterr().err


def test_written_json_has_no_infinity(tmp_path):
    write_report(REPORT, tmp_path)
    text = (tmp_path / 'report.json').read_text()
    assert 'Infinity' not in text
    assert json.loads(text)['generated']['PSNR'] is None
    text = (tmp_path / 'report.md').read_text()
    assert '| road | 0.5000 | - |' in text
    assert '| images | 500 | 500 |' in text
    assert 'A dash: not measured, or no finite number, which a remark explains.' in text


def test_update_adds_to_both_files(tmp_path):
    write_report(REPORT, tmp_path)
    update_report(tmp_path / 'report.json', train_seconds=240.5)
    assert read_report(tmp_path)['train_seconds'] == 240.5
    assert '- train_seconds: 240.5' in (tmp_path / 'report.md').read_text()
    assert read_report(tmp_path)['real']['mIoU'] == 0.75
