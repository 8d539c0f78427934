"""From folders of photos and label maps to a recipe: what is there, what is wrong in it."""

from .classes_file import ClassRow, read_classes
from .findings import KINDS, Finding
from .page import write_page
from .proposal import Machine, Proposal, propose, this_machine
from .recipe import recipe_text, write_names, write_recipe
from .survey import Survey, survey

__all__ = [
    'KINDS',
    'ClassRow',
    'Finding',
    'Machine',
    'Proposal',
    'Survey',
    'propose',
    'read_classes',
    'recipe_text',
    'survey',
    'this_machine',
    'write_names',
    'write_page',
    'write_recipe',
]
