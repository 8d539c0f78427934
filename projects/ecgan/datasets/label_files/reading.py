"""What the samples of a map stand for: ids, levels of grey, or colours.

Files of one data set say their ids in different ways: an optimiser of PNGs makes grey maps into
palettes whose order differs from file to file, or stores 0 and 255 in one bit; others write raw
samples of two bits, or the id in one channel of a picture in colours. A :class:`Reading` says how.
``ecgan prepare`` decides it for all files together and writes it into the recipe; what it leaves
open each file decides alone.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ...errors import ConfigError, DataError
from .stored import Colour, MapForm, StoredMap
from .tiff import inverts
from .unknown import unknown_id

_CHOICES = {
    'palette': ('index', 'grey', 'colours'),
    'samples': ('raw', 'scaled'),
    'white': ('stored', 'inverted'),
    'grey': ('ids', 'colours'),
    'channel': ('all', 'red', 'green', 'blue', 'ade20k'),
    'hidden': ('unknown', 'shown'),
}
_CHANNELS = ('red', 'green', 'blue')
# Bits of samples that tools spread to 255 or store as they are.
_FEW_BITS = (1, 2, 4)


@dataclass(frozen=True)
class Reading:
    """How files say their ids; '' leaves a choice to each file.

    Attributes:
        palette: Of a picture with a palette the ``index`` is the id, the level of ``grey`` that the
            palette has there, or it stands for that one of the ``colours``.
        samples: Those of 1, 2, 4 and 16 bits are ids (``raw``), or were ids of 8 bits ``scaled`` to
            so many.
        white: In a TIFF where 0 is white ids are ``stored`` or ``inverted``.
        grey: Levels of grey are ``ids``, or ``colours`` as those of the other files.
        channel: ``red``, ``green`` or ``blue`` holds the id; ``ade20k``: red and green do
            (R / 10 * 256 + G, as in the full ADE20K); ``all``: they are colours.
        hidden: What is transparent or marked as no data is ``unknown``, or read as is ``shown``.
        variable: Name of the array in MATLAB's and NumPy's files of several.

    Raises:
        ConfigError: There is no such choice.
    """

    palette: str = ''
    samples: str = ''
    white: str = ''
    grey: str = ''
    channel: str = ''
    hidden: str = ''
    variable: str = ''

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value and value not in choices:
                raise ConfigError(f'reading: {name} is one of {choices}, got {value!r}')

    @classmethod
    def of(cls, choices: 'Reading | dict[str, str] | None') -> 'Reading':
        """The reading that a config asks for.

        Raises:
            ConfigError: It holds anything else than choices.
        """
        if isinstance(choices, Reading):
            return choices
        try:
            return cls(**(choices or {}))
        except TypeError as error:
            known = ', '.join(asdict(cls()))
            raise ConfigError(f'reading={choices!r}: it takes {known}') from error

    @property
    def choices(self) -> dict[str, str]:
        """What is not left to the files."""
        return {name: value for name, value in asdict(self).items() if value}

    def for_file(
        self, form: MapForm, present: Sequence[int], colours: Sequence[Colour] = ()
    ) -> 'Reading':
        """The reading of one file, with nothing left open.

        Args:
            form: How the file says its samples.
            present: Keys of the samples that it holds, see :func:`sample_keys`.
            colours: Colour of each id, where files may hold these.
        """
        chosen = dict(samples='raw', grey='ids', hidden='unknown') | self.choices
        if not self.palette:
            chosen['palette'] = _palette_alone(form, present, colours)
        if not self.white:
            is_high = form.bits == 8 and len(present) > 0 and min(present) > 127
            is_inverted = inverts(form.writer) or is_high
            chosen['white'] = 'inverted' if is_inverted else 'stored'
        if not self.channel:
            filled = filled_channels(form, present)
            # SYNTHIA has the class in red and the instance in green, of 16 bits.
            is_id = len(filled) == 1 and (form.bits > 8 or not colours)
            is_id |= form.bits > 8 and filled == ['red', 'green']
            chosen['channel'] = filled[0] if is_id else 'all'
        return Reading(**chosen)

    def is_open(self, form: MapForm, colours: Sequence[Colour] = ()) -> bool:
        """Whether :meth:`for_file` looks at the samples."""
        return (
            (form.kind == 'palette' and not self.palette)
            or (form.kind == 'colours' and not self.channel and (form.bits > 8 or not colours))
            or (form.is_white_zero and not self.white)
        )

    def is_of_colours(self, form: MapForm) -> bool:
        """Whether samples stand for colours; otherwise for ids."""
        if form.kind == 'colours':
            return self.channel in ('', 'all')
        return (self.palette if form.kind == 'palette' else self.grey) == 'colours'

    def values_of(self, keys: np.ndarray, form: MapForm, name: str = '') -> np.ndarray:
        """What samples stand for: ids, or numbers of colours (65536 R + 256 G + B).

        Args:
            keys: Of samples, see :func:`sample_keys`.
            form: How the file says its samples.
            name: What errors call the file.

        Returns:
            int64, of the same shape.

        Raises:
            DataError: They are colours of 16 bits that 8 bits cannot say.
        """
        keys = np.asarray(keys, np.int64)
        if form.kind == 'colours':
            channels = np.stack([keys >> 2 * form.bits, keys >> form.bits, keys], -1)
            channels &= (1 << form.bits) - 1
            if self.channel == 'ade20k':
                return channels[..., 0] // 10 * 256 + channels[..., 1]
            if self.channel in _CHANNELS:
                return channels[..., _CHANNELS.index(self.channel)]
            return _numbers(_of_eight_bits(channels, name))
        if form.kind == 'palette':
            if self.palette == 'index' or not form.palette:
                return keys
            colours = np.zeros((max(int(keys.max(initial=0)) + 1, len(form.palette)), 3), np.int64)
            colours[: len(form.palette)] = form.palette
            return colours[keys, 0] if self.palette == 'grey' else _numbers(colours[keys])
        full = (1 << form.bits) - 1
        if form.is_white_zero and self.white == 'inverted':
            keys = full - keys
        if self.samples == 'scaled':
            keys = keys * (255 // full) if form.bits in _FEW_BITS else keys // (full // 255)
        return _numbers(np.stack([keys] * 3, -1)) if self.grey == 'colours' else keys

    def values(self, stored: StoredMap, name: str) -> np.ndarray:
        """What a whole map stands for.

        Returns:
            Ids (H, W), uint8 or int32, or RGB colours (H, W, 3) uint8.

        Raises:
            DataError: See :meth:`values_of`.
        """
        form, samples = stored.form, stored.samples
        if samples.dtype == np.uint8 and samples.ndim == 3 and self.is_of_colours(form):
            return samples
        if samples.ndim == 3 or samples.dtype.itemsize > 2:
            values = self.values_of(sample_keys(samples, form), form, name)
        else:
            table = self.values_of(np.arange(int(samples.max()) + 1), form, name)
            if samples.dtype == np.uint8 and np.array_equal(table, np.arange(len(table))):
                return samples
            values = table[samples]
        if self.is_of_colours(form):
            return np.stack([values >> 16, values >> 8 & 255, values & 255], -1).astype(np.uint8)
        is_small = values.min() >= 0 and values.max() <= 255
        return values.astype(np.uint8 if is_small else np.int32)


def sample_keys(samples: np.ndarray, form: MapForm) -> np.ndarray:
    """One number for each sample: itself, or of a colour (R << 2 bits) + (G << bits) + B."""
    if samples.ndim == 2:
        return samples
    wide = samples.astype(np.int32 if form.bits <= 8 else np.int64)
    return (wide[..., 0] << 2 * form.bits) + (wide[..., 1] << form.bits) + wide[..., 2]


def filled_channels(form: MapForm, present: Sequence[int]) -> list[str]:
    """Channels of a map in colours that are not 0 everywhere; none of another map."""
    if form.kind != 'colours':
        return []
    keys, full = np.asarray(present, np.int64), (1 << form.bits) - 1
    channels = [keys >> shift * form.bits & full for shift in (2, 1, 0)]
    return [name for name, values in zip(_CHANNELS, channels) if values.any()]


def is_even_ramp(palette: Sequence[Colour]) -> bool:
    """Whether colours are greys in even steps from 0 to 255."""
    levels = [colour[0] for colour in palette]
    last = max(len(levels) - 1, 1)
    return levels == [round(255 * index / last) for index in range(len(levels))]


def _palette_alone(form: MapForm, present: Sequence[int], colours: Sequence[Colour]) -> str:
    """How a palette is to be read where nothing but one file is known."""
    if form.kind != 'palette':
        return 'index'
    shown = [form.palette[index] for index in present if index < len(form.palette)]
    if colours:
        known, unknown = {tuple(colour) for colour in colours}, unknown_id(len(colours))
        of_index = [
            index == unknown or (index < len(colours) and tuple(colours[index]) == colour)
            for index, colour in zip(present, shown)
        ]
        if not all(of_index) and known.issuperset(shown) and len({*shown}) == len(shown):
            return 'colours'
    is_grey = all(len({*colour}) == 1 for colour in shown)
    return 'grey' if is_grey and not is_even_ramp(form.palette) else 'index'


def _numbers(colours: np.ndarray) -> np.ndarray:
    return (colours[..., 0] << 16) + (colours[..., 1] << 8) + colours[..., 2]


def _of_eight_bits(channels: np.ndarray, name: str) -> np.ndarray:
    if channels.max(initial=0) <= 255:
        return channels
    if (channels % 257 == 0).all():
        return channels // 257
    raise DataError(
        f'{name} holds colours of 16 bits; where one channel holds the ids, say which with '
        '--reading channel=red (green, blue)'
    )
