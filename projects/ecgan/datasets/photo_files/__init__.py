"""How a file becomes the pixels of a photo: for the look at new data, its page and the training."""

from .depth import DEPTHS, eight_bits, stored_form, used_bits
from .reading import Photo, PhotoSamples, read_photo, read_samples

__all__ = [
    'DEPTHS',
    'Photo',
    'PhotoSamples',
    'eight_bits',
    'read_photo',
    'read_samples',
    'stored_form',
    'used_bits',
]
