"""The released networks: names and weights, and how they become this project's."""

from .files import convert_file, merge
from .reference import (
    convert_name,
    exact_singular_vectors,
    identify,
    infer_config,
    load_converted,
    network_of,
)

__all__ = [
    'convert_file',
    'convert_name',
    'exact_singular_vectors',
    'identify',
    'infer_config',
    'load_converted',
    'merge',
    'network_of',
]
