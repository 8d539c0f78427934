"""Networks, data preprocessors and the models that train them."""

from . import discriminators, generators, label_generators, layers
from .ecgan import ECGAN
from .encoders.perceptual_loss import EncoderPerceptualLoss
from .preprocessors.layout_data_preprocessor import LayoutDataPreprocessor
from .preprocessors.translation_data_preprocessor import TranslationDataPreprocessor
from .stored_pictures import StoredPictures

__all__ = [
    'ECGAN',
    'EncoderPerceptualLoss',
    'LayoutDataPreprocessor',
    'StoredPictures',
    'TranslationDataPreprocessor',
    'discriminators',
    'generators',
    'label_generators',
    'layers',
]
