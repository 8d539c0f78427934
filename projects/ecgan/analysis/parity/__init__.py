"""Golden numbers of the released networks, and this project's beside them."""

from .comparison import (
    Comparison,
    compare_case,
    compare_discriminator,
    compare_images,
    compare_training,
    format_table,
)
from .golden import GoldenCase, golden_weight, read_golden

__all__ = [
    'Comparison',
    'GoldenCase',
    'compare_case',
    'compare_discriminator',
    'compare_images',
    'compare_training',
    'format_table',
    'golden_weight',
    'read_golden',
]
