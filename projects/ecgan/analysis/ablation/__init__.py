"""The ablation ladder: what its runs left, their table, and how far features keep classes apart."""

from .class_separation import class_separation, measure_separation
from .runner import find_steps, make_config, run_ladder, write_results
from .summary import read_result, render_table, summarize, write_summary

__all__ = [
    'class_separation',
    'find_steps',
    'make_config',
    'measure_separation',
    'read_result',
    'render_table',
    'run_ladder',
    'summarize',
    'write_results',
    'write_summary',
]
