"""From packed samples to what models read."""

from .layout_data_preprocessor import LayoutDataPreprocessor
from .translation_data_preprocessor import TranslationDataPreprocessor

__all__ = ['LayoutDataPreprocessor', 'TranslationDataPreprocessor']
