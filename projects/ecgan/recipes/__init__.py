"""The recipes: their names, their values, and what was measured of them; nothing imports torch.

Only :mod:`.loading` imports MMEngine.
"""

from .details import details
from .pages import write_pages
from .table import all_rows, find_row, matching

__all__ = ['all_rows', 'details', 'find_row', 'matching', 'write_pages']
