"""Arrays as label maps: NumPy's and MATLAB's files, arrays in memory, decoded pixels."""

import io
from collections.abc import Mapping

import numpy as np

from ...errors import DataError
from .stored import MapForm, StoredMap

_INT32 = np.iinfo(np.int32)
# Variables that hold the label map beside others: Pascal Context's LabelMap, COCO-Stuff 10k's S,
# clothing-co-parsing's groundtruth, SBD's GTcls.Segmentation.
_VARIABLES = ('LabelMap', 'S', 'groundtruth', 'GTcls.Segmentation')


def stored_array(array: np.ndarray, name: str, form: MapForm | None = None) -> StoredMap:
    """A map of an array: ids (H, W), RGB colours (H, W, 3), or one channel a class.

    One channel too many at the front or the end is left out; an alpha channel of 0 and 255 says
    where there is nothing; where exactly one channel of a pixel is 1, its number is the id.

    Args:
        array: Whole numbers, truth values, or floating-point numbers that are whole.
        name: What errors call it.
        form: How a picture says it; None: as arrays do.

    Raises:
        DataError: It holds other numbers, or is of another shape.
    """
    if array.dtype == bool:
        form = form or (MapForm('grey', 1) if array.ndim == 2 else None)
        array = array.astype(np.uint8)
    samples, hidden = _whole(array, name)
    while samples.ndim > 2 and (axis := _single(samples.shape)) is not None:
        samples = samples.squeeze(axis)
        hidden = None if hidden is None else hidden.squeeze(axis)
    # A picture of one id in its red channel would look so, too.
    if form is None and samples.ndim == 3 and (ids := _one_hot(samples)) is not None:
        samples, hidden = ids, None
    if samples.ndim == 3 and samples.shape[2] in (2, 4):
        samples, hidden = _without_alpha(samples, name)
        samples = samples[..., 0] if samples.shape[2] == 1 else samples
    if not samples.size or (
        samples.ndim != 2 and not (samples.ndim == 3 and samples.shape[2] == 3)
    ):
        raise DataError(
            f'{name}: a label map has ids in one channel or RGB colours in three, this is of shape '
            f'{array.shape}'
        )
    if hidden is not None and hidden.ndim == 3:
        hidden = hidden.any(-1)
    if samples.ndim == 3 and samples.dtype == np.int32:
        raise DataError(f'{name}: {samples.min()} to {samples.max()} are no colours')
    if form is None:
        form = MapForm('grey' if samples.ndim == 2 else 'colours', 8 * samples.dtype.itemsize)
    return StoredMap(samples, form, hidden)


def stored_numpy(content: bytes, name: str, variable: str = '') -> StoredMap:
    """The map of a ``.npy`` or ``.npz`` file."""
    loaded = np.load(io.BytesIO(content), allow_pickle=False)
    if isinstance(loaded, np.ndarray):
        return stored_array(loaded, name)
    with loaded:
        return stored_array(
            _chosen({key: loaded[key] for key in loaded.files}, variable, name), name
        )


def stored_matlab(content: bytes, name: str, variable: str = '') -> StoredMap:
    """The map of a MATLAB file of version 5 or 7."""
    from scipy.io import loadmat

    content = loadmat(io.BytesIO(content), struct_as_record=False, squeeze_me=True)
    return stored_array(_chosen(_flat(content), variable, name), name)


def _flat(variables: Mapping[str, object], prefix: str = '') -> dict[str, np.ndarray]:
    """Arrays by their names, those in structures as ``GTcls.Segmentation``."""
    found = {}
    for key, value in variables.items():
        if key.startswith('__'):
            continue
        if isinstance(value, np.ndarray) and value.dtype.kind in 'biuf':
            found[prefix + key] = value
        elif hasattr(value, '_fieldnames'):
            fields = {field: getattr(value, field) for field in value._fieldnames}
            found |= _flat(fields, f'{prefix}{key}.')
    return found


def _chosen(variables: Mapping[str, np.ndarray], variable: str, name: str) -> np.ndarray:
    """The array that is the label map: the one that is named, a known one, or the only one."""
    maps = {
        key: array
        for key, array in variables.items()
        if array.dtype.kind in 'biuf' and array.ndim >= 2 and min(array.shape[:2]) > 1
    }
    names = [variable] if variable else [key for key in _VARIABLES if key in maps] or list(maps)
    if len(names) != 1 or names[0] not in maps:
        listed = ', '.join(f'{key} {array.shape}' for key, array in maps.items()) or 'none'
        raise DataError(
            f'{name} holds {len(maps)} arrays that could be the label map ({listed})'
            + (f', but no {variable!r}' if variable else '')
            + ': say which with --reading variable=NAME'
        )
    return maps[names[0]]


def _whole(values: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray | None]:
    """The values as uint8, uint16 or int32, where they are whole; where they are not numbers."""
    if values.dtype in (np.uint8, np.uint16):
        return values, None
    if values.dtype.kind not in 'iuf':
        raise DataError(f'{name}: a label map holds whole numbers, not {values.dtype}')
    hidden = None
    if values.dtype.kind == 'f':
        missing = np.isnan(values)
        if missing.any():
            values, hidden = np.where(missing, 0, values), missing
        broken = ~np.isfinite(values) | (values != np.rint(values))
        if broken.any():
            raise DataError(
                f'{name}: a label map holds whole numbers, but {int(broken.sum())} of its '
                f'{values.size} values of {values.dtype} are none, the first is '
                f'{values[broken][0]}; ids were blended or scaled, write them anew'
            )
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
    if low < _INT32.min or high > _INT32.max:
        raise DataError(f'{name}: {low} to {high} are no label ids')
    fitting = (np.uint8, np.uint16) if low >= 0 else ()
    kind = next((each for each in fitting if high <= np.iinfo(each).max), np.int32)
    return values.astype(kind), hidden


def _single(shape: tuple[int, ...]) -> int | None:
    """A channel or page too many; a row of colours, (1, W, 3), has none."""
    if shape[-1] == 1:
        return -1
    return 0 if shape[0] == 1 and shape[-1] > 4 else None


def _one_hot(samples: np.ndarray) -> np.ndarray | None:
    """Ids of a map with one channel a class, (C, H, W) or (H, W, C); None: it is none.

    Masks of 0 and 1, or 0 and 255. RGB pictures of pure colours have 0 and 255 too, so three
    channels at the end are classes only where they hold 1.
    """
    highest = samples.max(initial=0)
    if highest not in (1, 255) or not ((samples == 0) | (samples == highest)).all():
        return None
    for axis in (0, 2):
        count = samples.shape[axis]
        is_colour = axis == 2 and highest == 255 and count <= 4
        if is_colour or not 2 <= count <= 256:
            continue
        if (samples.sum(axis, dtype=np.int64) == highest).all():
            return samples.argmax(axis).astype(np.uint8)
    return None


def _without_alpha(samples: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray | None]:
    """The channels before the last one, and where that hides them."""
    alpha, full = samples[..., -1], 255 if samples.dtype == np.uint8 else 65535
    if (alpha == full).all():
        return samples[..., :-1], None
    if not np.isin(alpha, (0, full)).all():
        partly = int((~np.isin(alpha, (0, full))).sum())
        raise DataError(
            f'{name}: {partly} of its {alpha.size} pixels are transparent in part, so their ids or '
            'colours are a matter of what lies below; save it without an alpha channel'
        )
    return samples[..., :-1], alpha == 0
