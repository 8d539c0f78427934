"""The canvas of the page, as Python sees it; what it does in the browser is in ``canvas.js``."""

import base64
from collections.abc import Sequence

import numpy as np
from nicegui.element import Element

from .label_set import Label


class LayoutCanvas(Element, component='canvas.js', esm={'ecgan-painting': 'browser'}):
    """Shows a layout and tells of strokes (event ``stroke``) and fills (``fill``).

    The events carry ``number``, that of the layout which the browser showed when they were made: a
    change of Python's and a stroke may cross on the way.

    Args:
        labels: What can be painted.
    """

    def __init__(self, labels: Sequence[Label]) -> None:
        super().__init__()
        self.number = 0
        self._first_of_size = 1
        self.props['labels'] = [[label.id, label.name, *label.colour] for label in labels]
        self.props['tool'] = 'brush'

    def show(self, ids: np.ndarray) -> None:
        """Show a layout, ids (H, W), in place of what is on the canvas."""
        self.number += 1
        height, width = ids.shape
        shown = self.props.get('layout', {})
        if (shown.get('height'), shown.get('width')) != ids.shape:
            self._first_of_size = self.number
        self.props['layout'] = {
            'number': self.number,
            'width': width,
            'height': height,
            'ids': base64.b64encode(ids.astype('<u2').tobytes()).decode(),
        }

    def fits(self, number: int) -> bool:
        """Whether an event is of a layout of the present size."""
        return number >= self._first_of_size

    def use(self, **settings: int | str) -> None:
        """Paint with another ``label`` (id), ``tool`` ('brush' or 'fill') or ``size`` (pixels)."""
        self.props.update(settings)
