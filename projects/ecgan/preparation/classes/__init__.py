"""Tables of classes as tools and people write them."""

from .class_table import ClassRow, ClassTable, Colour
from .reading import read_classes
from .tables_in_folder import find_class_tables

__all__ = ['ClassRow', 'ClassTable', 'Colour', 'find_class_tables', 'read_classes']
