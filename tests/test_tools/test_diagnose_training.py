"""The look into trainings as a command."""

import json
import shutil

import fresh_process
import pytest
from ecgan_toys import SMOKE, write_checkpoint
from tool_modules import load_tool


@pytest.mark.slow
def test_on_a_work_dir_and_a_checkpoint(repo_root, tmp_path):
    run = tmp_path / 'run'
    run.mkdir()
    last = write_checkpoint(repo_root, run)
    shutil.copy(last, run / 'iter_1.pth')
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    log, out = tmp_path / 'log.txt', tmp_path / 'out'
    argv = [str(run), str(repo_root / SMOKE), str(last), '--batches', '1', '--out', str(out)]
    script = 'tools/analysis_tools/diagnose_training.py'
    status = fresh_process.run(fresh_process.run_script, script, argv, log=log)
    assert status == 0, log.read_text()
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before
    snapshots = json.loads((out / 'diagnosis.json').read_text())['snapshots']
    title = 'ecgan_smoke_1xb2-2iters_scenes-64x64'
    expected = [('run', 1), ('run', 2), (title, 2)]
    assert [(each['run'], each['iteration']) for each in snapshots] == expected
    # The same weights on the same batches.
    assert snapshots[0]['gradients'] == snapshots[2]['gradients']
    assert snapshots[0]['edges']['within a pixel']['F1'] > snapshots[0]['edges']['exact']['F1'] > 0
    text = (out / 'diagnosis.md').read_text()
    assert '## run, iteration 1' in text and f'## {title}, iteration 2' in text
    assert (out / 'diagnosis.png').stat().st_size > 10_000
    assert f'tables: {out / "diagnosis.md"}' in log.read_text()


def test_mistakes_are_one_sentence(tmp_path, capsys):
    tool = load_tool('analysis_tools/diagnose_training.py')
    assert tool.main([str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f'error: no checkpoints iter_N.pth or epoch_N.pth in {tmp_path}\n'
    )
    with pytest.raises(SystemExit):
        tool.main(['run', '--batches', '0'])
