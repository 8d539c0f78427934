"""Measuring what an update and an inference cost: plain against fast (docs/measured_speed.md)."""

from .measurement import measure
from .plain_update import PlainDiscriminator, PlainLayout, PlainUpdate, use_plain_paths
from .report import format_report
from .settings import LAYOUTS, BenchmarkSettings

__all__ = [
    'LAYOUTS',
    'BenchmarkSettings',
    'PlainDiscriminator',
    'PlainLayout',
    'PlainUpdate',
    'format_report',
    'measure',
    'use_plain_paths',
]
