"""Run a function on a module right after the module's first import, or right before its code runs.

Several defects sit in modules that are slow to import (``mmagic.models``). Patching them when they
are imported keeps ``import projects.ecgan`` light and patches before any other module has copied
the defective name.
"""

import builtins
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

Patch = Callable[[ModuleType], None]


class _PatchingLoader(importlib.abc.Loader):
    """Loads a module with its own loader; runs the preparations before and the patches after."""

    def __init__(
        self, loader: importlib.abc.Loader, preparations: list[Patch], patches: list[Patch]
    ) -> None:
        self.loader = loader
        self.preparations = preparations
        self.patches = patches

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # Whoever looks at the module later (inspect, pickle, reload) sees its own loader.
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        for prepare in self.preparations:
            prepare(module)
        self.loader.exec_module(module)
        for patch in self.patches:
            patch(module)


class _PatchFinder(importlib.abc.MetaPathFinder):
    """Asks the other finders for a module and wraps the loader they give."""

    def __init__(self) -> None:
        self.preparations: dict[str, list[Patch]] = {}
        self.patches: dict[str, list[Patch]] = {}

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self.patches and fullname not in self.preparations:
            return None
        preparations = self.preparations.setdefault(fullname, [])
        patches = self.patches.setdefault(fullname, [])
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, 'find_spec'):
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = _PatchingLoader(spec.loader, preparations, patches)
                return spec
        return None


_FINDER = _PatchFinder()


def when_imported(name: str, patch: Patch) -> None:
    """Run ``patch(module)`` after the import of ``name``, or now if it is imported already.

    Args:
        name: Full module name, for example ``'mmcv.utils.ext_loader'``.
        patch: Function that gets the module; it must be safe to run twice (after a reload).
    """
    _install()
    _FINDER.patches.setdefault(name, []).append(patch)
    if name in sys.modules:
        patch(sys.modules[name])


def before_import(name: str, prepare: Patch) -> None:
    """Run ``prepare(module)`` on the empty module before the code of ``name`` fills it.

    Args:
        name: Full module name; one that is imported already is left as it is.
        prepare: Function that gets the module; it must be safe to run twice (before a reload).
    """
    _install()
    _FINDER.preparations.setdefault(name, []).append(prepare)


def give_import(module: ModuleType, function: Callable[..., Any]) -> None:
    """Let the import statements of one module, and of no other, call a function.

    Args:
        module: A module whose code did not run yet, as :func:`before_import` gives it.
        function: Called in place of ``__import__``, with its arguments.
    """
    # The code of a module looks `__import__` up in the builtins of its own namespace.
    module.__dict__['__builtins__'] = {**given_builtins(module), '__import__': function}


def given_builtins(module: ModuleType) -> dict[str, Any]:
    """The builtins of a module whose code did not run yet: its own, where a cure gave it some."""
    return module.__dict__.get('__builtins__') or vars(builtins)


def _install() -> None:
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)


def rebind(original: object, replacement: object, packages: Sequence[str]) -> int:
    """Replace every module attribute that is ``original`` in already imported modules.

    ``from x import f`` copies a name: a patch of ``x.f`` alone would miss the copies.

    Args:
        original: The object to look for, by identity.
        replacement: What is bound instead.
        packages: Top-level packages whose modules are searched.

    Returns:
        Number of names that were bound anew.
    """
    count = 0
    for name, module in list(sys.modules.items()):
        if module is None or name.partition('.')[0] not in packages:
            continue
        for key, value in list(vars(module).items()):
            if value is original:
                setattr(module, key, replacement)
                count += 1
    return count
