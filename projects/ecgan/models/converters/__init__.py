"""The released networks: names, state dicts, golden numbers, and the comparison with them."""

from .golden import GoldenCase, golden_weight, read_golden
from .parity import (
    Comparison,
    compare_case,
    compare_discriminator,
    compare_images,
    compare_training,
)
from .reference import (
    convert_name,
    convert_state_dict,
    exact_singular_vectors,
    identify,
    infer_config,
    load_converted,
    network_of,
)

__all__ = [
    'Comparison',
    'GoldenCase',
    'compare_case',
    'compare_discriminator',
    'compare_images',
    'compare_training',
    'convert_name',
    'convert_state_dict',
    'exact_singular_vectors',
    'golden_weight',
    'identify',
    'infer_config',
    'load_converted',
    'network_of',
    'read_golden',
]
