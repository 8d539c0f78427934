"""All exports that are written here, in the order of the page."""

from . import of_annotation_tools, of_more_tools, of_data_sets  # noqa: F401, I001
from .listing import EXPORTS, Export  # noqa: F401
