"""Tools as modules: their parts are called without a process of their own."""

import importlib.util
from pathlib import Path
from types import ModuleType

from fresh_process import REPO_ROOT


def load_tool(path: str) -> ModuleType:
    """Load a tool; each call gives a module of its own.

    Args:
        path: Path below the folder of the tools.
    """
    spec = importlib.util.spec_from_file_location(Path(path).stem, REPO_ROOT / 'tools' / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
