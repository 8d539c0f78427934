"""Losses of ECGAN: each a pure function and a thin registered class."""

from .class_pixel_loss import ClassSpecificPixelLoss, class_specific_pixel_loss
from .nearest import nearest_subsample
from .similarity_loss import SimilarityLoss, similarity_loss

__all__ = [
    'ClassSpecificPixelLoss',
    'SimilarityLoss',
    'class_specific_pixel_loss',
    'nearest_subsample',
    'similarity_loss',
]
