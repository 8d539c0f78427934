"""Measuring what an update and an inference cost: plain against fast (docs/measured_speed.md)."""

from .measurement import measure
from .operations import OperationCounter
from .plain_update import PlainDiscriminator, PlainLayout, PlainUpdate, use_plain_paths
from .recipe_update import RecipeUpdate, count_update
from .report import format_count, format_report
from .settings import LAYOUTS, BenchmarkSettings

__all__ = [
    'LAYOUTS',
    'BenchmarkSettings',
    'OperationCounter',
    'PlainDiscriminator',
    'PlainLayout',
    'PlainUpdate',
    'RecipeUpdate',
    'count_update',
    'format_count',
    'format_report',
    'measure',
    'use_plain_paths',
]
