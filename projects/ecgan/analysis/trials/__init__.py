"""Recipes against one another: their runs, and what these left."""

from .class_separation import class_separation, measure_separation
from .runner import Trial, run_trials, write_results
from .selection import find_recipes
from .summary import read_result, render_table, summarize, write_summary
from .training_length import make_config, measured_iterations

__all__ = [
    'Trial',
    'class_separation',
    'find_recipes',
    'make_config',
    'measure_separation',
    'measured_iterations',
    'read_result',
    'render_table',
    'run_trials',
    'summarize',
    'write_results',
    'write_summary',
]
