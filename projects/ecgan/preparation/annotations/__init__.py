"""Annotations without label pictures: found, read, and drawn to label maps.

A format is a file that recognises and reads it, and a line of the table in ``formats.py``.
"""

from .maps import draw
from .source import AnnotationSource, find_annotations

__all__ = ['AnnotationSource', 'draw', 'find_annotations']
