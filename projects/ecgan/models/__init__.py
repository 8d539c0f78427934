"""Networks, data preprocessors and the models that train them."""

from . import discriminators, generators, label_generators, layers
from .ecgan import ECGAN
from .encoders import EncoderPerceptualLoss
from .preprocessors import LayoutDataPreprocessor, TranslationDataPreprocessor

__all__ = [
    'ECGAN',
    'EncoderPerceptualLoss',
    'LayoutDataPreprocessor',
    'TranslationDataPreprocessor',
    'discriminators',
    'generators',
    'label_generators',
    'layers',
]
