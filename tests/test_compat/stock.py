"""Modules of the toolbox as they are installed, without the compatibility modules."""

import importlib
import importlib.machinery
import importlib.util
from types import ModuleType


def stock_module(name: str) -> ModuleType:
    """A second copy of a module, loaded past the import hook and not put into sys.modules."""
    parent = importlib.import_module(name.rpartition('.')[0])
    spec = importlib.machinery.PathFinder.find_spec(name, parent.__path__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
