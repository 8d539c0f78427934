"""All ways, in the order of the page."""

from . import png_files, png_optimisers, tiff_files, other_pictures, arrays, mixed_folders  # noqa: F401, I001
from .ways import WAYS, Way  # noqa: F401
