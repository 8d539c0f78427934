"""How a file becomes label ids: the one place, for data sets, inference and the look at new data.

From the ground up: what a file stores (``stored``, with ``arrays``, ``pictures``, ``tiff``,
``volumes``, by ``formats``), what its samples stand for (``reading``), and which class that is
(``coding``).
"""

from .coding import (
    LabelCoding,
    colour_numbers,
    instance_ids,
    map_values,
    number_colour,
    present_keys,
    read_ids,
)
from .formats import MAP_SUFFIXES, LabelMap, map_suffix, read_stored
from .reading import Reading, filled_channels, is_even_ramp, sample_keys
from .stored import MapForm, StoredMap
from .unknown import UNKNOWN, UNKNOWN_OF_MANY, unknown_id

__all__ = [
    'MAP_SUFFIXES',
    'UNKNOWN',
    'UNKNOWN_OF_MANY',
    'LabelCoding',
    'LabelMap',
    'MapForm',
    'Reading',
    'StoredMap',
    'colour_numbers',
    'filled_channels',
    'instance_ids',
    'is_even_ramp',
    'map_suffix',
    'map_values',
    'number_colour',
    'present_keys',
    'read_ids',
    'read_stored',
    'sample_keys',
    'unknown_id',
]
