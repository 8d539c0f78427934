"""Results of an ablation ladder: read, summarise, write."""

from .summary import read_result, render_table, summarize, write_summary

__all__ = ['read_result', 'render_table', 'summarize', 'write_summary']
