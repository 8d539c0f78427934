import csv
import json

import pytest

from projects.ecgan.analysis.trials import read_result, render_table, summarize, write_summary


def write_run(folder, miou, times, separation=0.25):
    (folder / '20260101_000000' / 'vis_data').mkdir(parents=True)
    report = {
        'protocol': {'seed': 1},
        'generated': {'aAcc': 0.9, 'mIoU': miou, 'per_class': {}},
        'real': {'mIoU': 0.7, 'fast-scnn/mIoU': 0.6, 'aAcc': 0.8},
        'untrained': {'mIoU': 0.1, 'vgg-KID': 2.0, 'PSNR': 9.0, 'seed': 0},
    }
    (folder / 'report.json').write_text(json.dumps(report))
    (folder / 'separation.json').write_text(json.dumps({'separation': separation}))
    lines = [{'time': time, 'iter': 10 * (i + 1), 'loss_gen': 1.0} for i, time in enumerate(times)]
    lines.append({'mIoU': 0.1, 'step': 40})
    text = '\n'.join(json.dumps(line) for line in lines)
    (folder / '20260101_000000' / 'vis_data' / 'scalars.json').write_text(text)


def test_a_run_is_read_from_its_folder(tmp_path):
    assert read_result(tmp_path) is None
    write_run(tmp_path, 0.5, [9.0, 1.0, 1.2])
    assert read_result(tmp_path) == {
        'aAcc': 0.9,
        'mIoU': 0.5,
        'mIoU of the photos': 0.7,
        'fast-scnn/mIoU of the photos': 0.6,
        'mIoU untrained': 0.1,
        'vgg-KID untrained': 2.0,
        'class separation': 0.25,
        'seconds per iteration': 1.2,
    }


def test_time_taken_alone_comes_before_that_of_the_training(tmp_path):
    write_run(tmp_path / 'seed_0', 0.5, [9.0, 1.0, 1.2])
    (tmp_path / 'timing.json').write_text(json.dumps({'seconds_per_iteration': 0.7}))
    assert read_result(tmp_path / 'seed_0')['seconds per iteration'] == 0.7


def test_bounds_follow_the_metrics():
    names = ('seconds per iteration', 'mIoU untrained', 'FID', 'mIoU', 'mIoU of the photos')
    summary = summarize({'b1': {0: dict.fromkeys(names, 1.0)}})
    assert summary['metrics'] == [
        'mIoU', 'FID', 'mIoU of the photos', 'mIoU untrained', 'seconds per iteration'
    ]  # fmt: skip


def test_mean_and_spread_by_hand():
    results = {
        'b1': {0: {'mIoU': 0.4, 'FID': 3.0}, 1: {'mIoU': 0.6, 'FID': 5.0}},
        'b2': {0: {'mIoU': 0.7, 'FID': 2.0}, 1: None},
        'b3': {0: None, 1: None},
    }
    summary = summarize(results)
    assert summary['metrics'] == ['mIoU', 'FID']
    first = summary['recipes']['b1']['mIoU']
    assert first['mean'] == pytest.approx(0.5)
    assert first['std'] == pytest.approx(0.02**0.5)
    assert summary['recipes']['b2']['mIoU'] == {'mean': 0.7, 'std': None, 'values': [0.7]}
    assert render_table(summary).splitlines() == [
        '|  | recipe | seeds | mIoU | FID |',
        '| --- | --- | --- | --- | --- |',
        '| 1 | b1 | 2 | 0.5 ± 0.141 | 4 ± 1.41 |',
        '| 2 | b2 | 1 | 0.7 | 2 |',
        '| 3 | b3 | 0 | - | - |',
    ]


def test_a_result_that_not_every_seed_has_says_so():
    results = {'b1': {0: {'mIoU': 0.4, 'PSNR': 20.0}, 1: {'mIoU': 0.6}}}
    assert '| 1 | b1 | 2 | 0.5 ± 0.141 | 20 (1 of 2) |' in render_table(summarize(results))


def test_an_absent_bound_is_no_number(tmp_path):
    report = {'generated': {'mIoU': 0.5}, 'real': {'mIoU': None}}
    (tmp_path / 'report.json').write_text(json.dumps(report))
    assert read_result(tmp_path) == {'mIoU': 0.5}


def test_files(tmp_path):
    results = {'b1': {3: {'mIoU': 0.4}, 4: {'mIoU': 0.6, 'seconds per iteration': 0.5}}}
    write_summary(summarize(results), tmp_path)
    with open(tmp_path / 'results.csv') as file:
        rows = list(csv.reader(file))
    assert rows == [
        ['recipe', 'seed', 'mIoU', 'seconds per iteration'],
        ['b1', '3', '0.4', ''],
        ['b1', '4', '0.6', '0.5'],
    ]
    content = json.loads((tmp_path / 'results.json').read_text())
    assert content['recipes']['b1']['mIoU']['values'] == [0.4, 0.6]
    assert '| 1 | b1 | 2 | 0.5 ± 0.141 | 0.5 |' in (tmp_path / 'results.md').read_text()
    assert (tmp_path / 'results.png').stat().st_size > 5000


def test_nothing_finished_yet(tmp_path):
    write_summary(summarize({'b1': {0: None}}), tmp_path)
    assert '| 1 | b1 | 0 |' in (tmp_path / 'results.md').read_text()
    assert not (tmp_path / 'results.png').exists()
