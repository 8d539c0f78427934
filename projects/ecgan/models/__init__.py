"""Networks, data preprocessor and the model that trains them."""

from . import discriminators, generators, label_generators, layers, objective
from .data_preprocessor import LayoutDataPreprocessor
from .ecgan import ECGAN

__all__ = [
    'ECGAN',
    'LayoutDataPreprocessor',
    'discriminators',
    'generators',
    'label_generators',
    'layers',
    'objective',
]
