"""The ECGAN model and its training step: objective, label losses, regularisers."""

from . import objective
from .ecgan import ECGAN

__all__ = ['ECGAN', 'objective']
