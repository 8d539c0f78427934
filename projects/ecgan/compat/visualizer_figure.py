"""Every run imports Matplotlib and makes a figure, which only drawing of boxes and texts needs.

Versions: mmengine <= 0.10.7.
Upstream: no report found.

``Visualizer`` makes it when it is built. Scalars, configs and finished pictures pass it by. Here it
is made at the first use of ``fig_save``, ``fig_save_canvas``, ``ax_save`` or ``dpi``.
"""

import functools
from types import ModuleType
from typing import Any

from ._defect import Defect

_NAMES = ('fig_save_canvas', 'fig_save', 'ax_save', 'dpi')


class _Unmade:
    """Stands for the figure while a visualizer is built, which asks it for this one number."""

    def get_dpi(self) -> None:
        """Not known yet."""


def _patch(visualizer: ModuleType) -> None:
    kind = visualizer.Visualizer
    build, make = kind.__init__, kind._initialize_fig

    # MMEngine's managed classes look for the argument `name`.
    @functools.wraps(build)
    def build_unmade(
        self: Any, name: str = 'visualizer', image: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        build(self, name, None, *args, **kwargs)
        for each in _NAMES:
            del vars(self)[each]
        if image is not None:
            self.set_image(image)

    def find_missing(self: Any, name: str) -> Any:
        if name not in _NAMES:
            raise AttributeError(f'{type(self).__name__!r} object has no attribute {name!r}')
        self.fig_save_canvas, self.fig_save, self.ax_save = make(self, self.fig_save_cfg)
        self.dpi = self.fig_save.get_dpi()
        return vars(self)[name]

    kind.__init__, kind.__getattr__ = build_unmade, find_missing
    kind._initialize_fig = lambda self, fig_cfg: (None, _Unmade(), None)


DEFECT = Defect(
    name='visualizer_figure',
    patches={'mmengine.visualization.visualizer': _patch},
    cured='a run imports Matplotlib where it draws with it',
)
