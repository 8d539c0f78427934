"""A label map with the map that tells its objects apart."""

from typing import NamedTuple

import numpy as np


class LayoutPair(NamedTuple):
    """Labels and instances of one layout.

    Attributes:
        labels: (H, W) int64 class ids.
        instances: (H, W) int64; pixels of one object have one number. The labels themselves where
            objects are not told apart.
    """

    labels: np.ndarray
    instances: np.ndarray
