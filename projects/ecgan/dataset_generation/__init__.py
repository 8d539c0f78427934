"""Pictures and label maps made for the training of segmentors, see ``ecgan make-dataset``."""

from .making import MadeSet, make_dataset
from .settings import CHANGES, SetSettings

__all__ = ['CHANGES', 'MadeSet', 'SetSettings', 'make_dataset']
