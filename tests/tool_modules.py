"""Tools as modules: their parts are called without a process of their own."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from fresh_process import REPO_ROOT


def said_by(tool: ModuleType, argv: list[str], capsys: pytest.CaptureFixture) -> str:
    """What a tool prints that ends well."""
    capsys.readouterr()
    assert tool.main(argv) == 0
    return capsys.readouterr().out


def load_tool(path: str) -> ModuleType:
    """Load a tool; each call gives a module of its own.

    Args:
        path: Path below the folder of the tools.
    """
    spec = importlib.util.spec_from_file_location(Path(path).stem, REPO_ROOT / 'tools' / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
