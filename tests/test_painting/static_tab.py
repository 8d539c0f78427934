"""The page that needs no server as a user has it, without a network."""

from typing import Any

import numpy as np
from page_tab import Tab


class StaticTab(Tab):
    """A tab of it; see :class:`Tab`."""

    def __init__(self, context: Any, address: str) -> None:
        context.set_offline(not address.startswith('http'))
        # What is not answered within 20 seconds on a quiet machine.
        context.set_default_timeout(120_000)
        super().__init__(context, address)
        # The model is in the page: nothing is asked for from here on.
        context.set_offline(True)

    def wait_for_picture(self) -> None:
        self.page.set_default_timeout(120_000)
        self.page.wait_for_selector('.paint-main:not(.busy)')
        assert self.page.inner_text('#messages') == ''

    def picture(self, name: str = 'image') -> np.ndarray:
        return self.canvas(f'#{name}')

    def until_picture(self, expected: np.ndarray) -> None:
        """Wait for a picture: within a level of another runtime's in 99 % of the values."""
        self.until(lambda: is_near(self.picture(), expected))


def is_near(picture: np.ndarray, expected: np.ndarray) -> bool:
    """Whether two pictures are one but for rounding."""
    if picture.shape != expected.shape:
        return False
    return (abs(picture.astype(int) - expected) <= 1).mean() >= 0.99
