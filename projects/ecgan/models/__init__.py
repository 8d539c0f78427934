"""Networks, data preprocessor and the model that trains them."""

from . import discriminators, generators, label_generators, layers, objective
from .data_preprocessor import LayoutDataPreprocessor
from .ecgan import ECGAN
from .encoder_perceptual_loss import EncoderPerceptualLoss
from .translation_data_preprocessor import TranslationDataPreprocessor

__all__ = [
    'ECGAN',
    'EncoderPerceptualLoss',
    'LayoutDataPreprocessor',
    'TranslationDataPreprocessor',
    'discriminators',
    'generators',
    'label_generators',
    'layers',
    'objective',
]
