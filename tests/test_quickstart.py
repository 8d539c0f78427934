"""The quickstart notebook runs from its first cell to its last in a kernel of its own."""

from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).resolve().parents[1] / 'docs' / 'quickstart.ipynb'
nbformat = pytest.importorskip('nbformat')


@pytest.fixture(scope='module')
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_it_is_kept_without_results(notebook):
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == 'code']
    assert len(cells) >= 5
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


@pytest.mark.campaign
def test_it_runs(notebook, tmp_path, monkeypatch):
    """Two iterations in place of 600; every cell that shows something shows a picture."""
    nbclient = pytest.importorskip('nbclient')
    monkeypatch.setenv('ITERATIONS', '2')
    monkeypatch.setenv('WORK_DIR', str(tmp_path))
    monkeypatch.setenv('IPYTHONDIR', str(tmp_path / 'ipython'))
    monkeypatch.setenv('MPLBACKEND', 'module://matplotlib_inline.backend_inline')
    client = nbclient.NotebookClient(
        notebook, timeout=600, resources={'metadata': {'path': str(NOTEBOOK.parent)}}
    )
    client.execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == 'code']
    showing = [cell for cell in cells if 'show(' in cell.source]
    pictures = [
        output
        for cell in showing
        for output in cell.outputs
        if 'image/png' in output.get('data', {})
    ]
    assert len(pictures) == len(showing) - 1  # the first only defines `show`
    assert (tmp_path / 'iter_2.pth').is_file()
