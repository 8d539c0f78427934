"""A page in the browser on which layouts are painted and become pictures.

What is imported here runs without NiceGUI; the page, its server and the API for programs need it
(``pip install '.[paint]'``).
"""

from .dataset_layouts import DatasetLayouts
from .label_set import Label, LabelSet
from .layout_files import MAX_BYTES, read_layout, write_layout, write_picture
from .model_queue import ModelQueue
from .sample_layouts import write_sample_layouts
from .session import LayoutSession
from .shared_state import SharedState

__all__ = [
    'MAX_BYTES',
    'DatasetLayouts',
    'Label',
    'LabelSet',
    'LayoutSession',
    'ModelQueue',
    'SharedState',
    'read_layout',
    'write_layout',
    'write_picture',
    'write_sample_layouts',
]
