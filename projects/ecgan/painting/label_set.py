"""What can be painted: the classes of a model, their colours and keys."""

import string
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..datasets.label_files import LabelCoding
from ..inference import ECGANInferencer

#: Letters that mean a tool, not a class.
TOOL_KEYS = {'b': 'brush', 'f': 'fill'}
_CLASS_KEYS = '1234567890' + ''.join(k for k in string.ascii_lowercase if k not in TOOL_KEYS)


class Label(NamedTuple):
    """One thing to paint with: its id in a layout, name, RGB colour, and key ('' for none)."""

    id: int
    name: str
    colour: tuple[int, int, int]
    key: str


@dataclass(frozen=True)
class LabelSet:
    """The labels of a model.

    Attributes:
        labels: The classes in their order; last, where the model has it, unknown.
        coding: What ids in files mean.
    """

    labels: tuple[Label, ...]
    coding: LabelCoding = field(default_factory=LabelCoding)

    @classmethod
    def of(cls, inferencer: ECGANInferencer) -> 'LabelSet':
        """The labels of the model that an inferencer has loaded."""
        count = inferencer.model.num_classes
        rows = [(i, inferencer.classes[i], inferencer.palette[i]) for i in range(count)]
        encoding = inferencer.model.data_preprocessor
        if encoding.with_unknown:
            # Black is what the inferencer shows, and saved files keep to that.
            rows.append((encoding.ignore_index, 'unknown', (0, 0, 0)))
        keys = [*_CLASS_KEYS, *[''] * len(rows)]
        labels = (Label(i, name, tuple(colour), key) for (i, name, colour), key in zip(rows, keys))
        return cls(tuple(labels), inferencer.coding)

    @property
    def ids(self) -> frozenset[int]:
        """The ids that a layout may hold."""
        return frozenset(label.id for label in self.labels)

    def of_key(self, key: str) -> Label | None:
        """The label that a key chooses."""
        return next((label for label in self.labels if label.key and label.key == key), None)

    def as_in_files(self, ids: np.ndarray) -> np.ndarray:
        """Ids as label maps of this model have them: what its inferencer reads.

        Args:
            ids: (H, W) ids of a layout.

        Returns:
            (H, W) of the same type.
        """
        return self.coding.in_files(ids)
