"""The benchmark tool, in the processes it runs in."""

import importlib
import json
import subprocess
import sys

import pytest

TINY = ['--layout', 'scenes', '--size', '64', '--base-channels', '8', '--batch', '1']
TINY += ['--threads', '1', '--iters', '2', '--warmup', '0']


@pytest.fixture
def tool(repo_root, monkeypatch):
    monkeypatch.syspath_prepend(str(repo_root / 'tools' / 'analysis_tools'))
    return importlib.import_module('benchmark')


@pytest.mark.slow
def test_training_from_the_command_line(repo_root, tmp_path):
    out = tmp_path / 'numbers.json'
    command = [sys.executable, 'tools/analysis_tools/benchmark.py', *TINY, '--json', str(out)]
    result = subprocess.run(command, cwd=repo_root, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    report = json.loads(out.read_text())
    for mode in ('plain', 'fast'):
        numbers = report[mode]
        assert len(numbers['all_seconds']) == 2
        assert numbers['seconds'] == pytest.approx(sum(numbers['all_seconds']) / 2)
        assert numbers['images_per_second'] == pytest.approx(1 / numbers['seconds'])
        assert 5e7 < numbers['peak_bytes'] < 5e9
        assert 0 < numbers['peak_above_baseline_bytes'] < numbers['peak_bytes']
        assert set(numbers['phases']) == {
            'preprocessor',
            'generator',
            'discriminator',
            'backward',
            'optimiser',
            'other',
        }
    plain, fast = report['plain'], report['fast']
    assert report['ratio'] == pytest.approx(fast['seconds'] / plain['seconds'])
    assert report['peak_ratio'] == pytest.approx(fast['peak_bytes'] / plain['peak_bytes'])
    assert report['versions']['torch'].split('.')[0] == '2'
    assert report['protocol']['layouts'].startswith('procedural scenes, 64 x 64')
    assert f'{report["ratio"]:.3f}' in result.stdout


@pytest.mark.slow
def test_failure_in_a_process_is_reported(tool, capsys):
    assert tool.main([*TINY, '--size', '80', '--modes', 'fast']) == 2
    error = capsys.readouterr().err
    assert "mode 'fast' failed" in error
    assert 'not divisible by 32' in error


def test_unknown_mode_is_refused(tool, capsys):
    assert tool.main([*TINY, '--modes', 'plain,quick']) == 2
    assert "('plain', 'fast'), got ['quick']" in capsys.readouterr().err
