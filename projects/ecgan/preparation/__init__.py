"""From folders of photos and label maps to a recipe: what is there, what is wrong in it."""

from .classes import ClassRow, ClassTable, find_class_tables, read_classes
from .findings import KINDS, Finding
from .page import write_page
from .proposal import Machine, Proposal, propose, this_machine
from .recipe import recipe_text, write_names, write_recipe
from .survey import Survey, survey

__all__ = [
    'KINDS',
    'ClassRow',
    'ClassTable',
    'Finding',
    'Machine',
    'Proposal',
    'Survey',
    'find_class_tables',
    'propose',
    'read_classes',
    'recipe_text',
    'survey',
    'this_machine',
    'write_names',
    'write_page',
    'write_recipe',
]
