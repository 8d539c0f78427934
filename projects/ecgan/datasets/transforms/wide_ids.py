"""Which transforms of the toolbox take 255 for unknown, or cut ids to 8 bits."""

from collections.abc import Iterable, Iterator
from typing import Any

from ...errors import ConfigError
from ..label_files import UNKNOWN, unknown_id


def check_wide_ids(transforms: Iterable[Any], num_classes: int) -> None:
    """Stop before transforms that would give pixels of more than 255 classes another class.

    Args:
        transforms: Those of a pipeline, built.
        num_classes: Number of classes.

    Raises:
        ConfigError: One cuts ids to 8 bits, or fills in 255, which is a class here.
    """
    unknown = unknown_id(num_classes)
    if unknown == UNKNOWN:
        return
    for transform in _flat(transforms):
        name = type(transform).__name__
        if name == 'LoadAnnotations':
            raise ConfigError(
                f'{name} cuts ids to 8 bits, and there are {num_classes} classes: read the label '
                'maps with LoadLabelMap (of scope mmagic)'
            )
        setting = next((key for key, value in _filled_in(transform) if value == UNKNOWN), None)
        if setting:
            raise ConfigError(
                f'{name} takes 255 for unknown, which is one of the {num_classes} classes: set its '
                f'{setting} to {unknown}'
            )


def _flat(transforms: Iterable[Any]) -> Iterator[Any]:
    """Transforms, and those inside of them."""
    for transform in transforms:
        yield transform
        inner = getattr(transform, 'transforms', ())
        yield from _flat(inner if isinstance(inner, Iterable) else ())


def _filled_in(transform: Any) -> Iterator[tuple[str, Any]]:
    """Settings of a transform that are ids of unknown pixels, and their values."""
    for key in ('seg_pad_val', 'seg_fill_in'):
        yield key, getattr(transform, key, None)
    # A crop asks for it only where it looks at the share of classes.
    if getattr(transform, 'cat_max_ratio', 1.0) < 1:
        yield 'ignore_index', getattr(transform, 'ignore_index', None)
    padding = getattr(transform, 'pad_val', None)
    if isinstance(padding, dict):
        yield "pad_val['seg']", padding.get('seg', UNKNOWN)
