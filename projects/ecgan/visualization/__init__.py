"""Pictures of what a model does."""

from .tiling import DEFAULT_COLUMNS, colour_labels, tile_samples, write_image

__all__ = ['DEFAULT_COLUMNS', 'colour_labels', 'tile_samples', 'write_image']
