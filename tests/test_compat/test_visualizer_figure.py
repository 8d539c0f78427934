"""The visualizer's figure is made where something is drawn on it."""

import subprocess
import sys

import numpy as np
import pytest
from mmengine.registry import VISUALIZERS
from mmengine.visualization import Visualizer
from stock import stock_module

NAMES = {'fig_save', 'fig_save_canvas', 'ax_save', 'dpi'}


def drawn(kind: type, image: np.ndarray, at_once: bool) -> np.ndarray:
    visualizer = kind(image=image if at_once else None)
    if not at_once:
        visualizer.set_image(image)
    visualizer.draw_bboxes(np.array([4, 4, 20, 12]), edge_colors='r')
    visualizer.draw_texts('car', np.array([6, 6]), font_sizes=6)
    return visualizer.get_image()


@pytest.mark.parametrize('at_once', [True, False])
def test_a_drawing_is_that_of_the_stock_toolbox(
    at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The second copy takes the name.
    monkeypatch.delitem(VISUALIZERS._module_dict, 'Visualizer')
    image = np.arange(32 * 48 * 3, dtype=np.uint8).reshape(32, 48, 3)
    stock = stock_module('mmengine.visualization.visualizer').Visualizer
    assert stock is not Visualizer
    assert (drawn(Visualizer, image, at_once) == drawn(stock, image, at_once)).all()


def test_nothing_is_made_before_it_is_used() -> None:
    visualizer = Visualizer()
    assert not NAMES & set(vars(visualizer))
    assert visualizer.dpi > 0
    assert set(vars(visualizer)) >= NAMES
    assert visualizer.fig_save_canvas.figure is visualizer.fig_save is visualizer.ax_save.figure
    with pytest.raises(AttributeError, match="'Visualizer' object has no attribute 'no_such'"):
        visualizer.no_such()


def test_a_visualizer_of_ones_own_may_inherit() -> None:
    class Own(Visualizer):
        """Without a constructor: MMEngine looks for the argument ``name`` of the inherited one."""

    assert Own.get_instance('own').instance_name == 'own'


def test_a_run_that_draws_nothing_imports_no_matplotlib() -> None:
    code = (
        'import sys, projects.ecgan\n'
        'from mmengine.visualization import Visualizer\n'
        'Visualizer(vis_backends=[]).add_scalar("loss", 1.0)\n'
        'print("matplotlib" in sys.modules)\n'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert done.stdout == 'False\n', done.stderr
