"""Run a function on a module right after the module's first import.

Several defects sit in modules that are slow to import (``mmagic.models``). Patching them when they
are imported keeps ``import projects.ecgan`` light and patches before any other module has copied
the defective name.
"""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType

Patch = Callable[[ModuleType], None]


class _PatchingLoader(importlib.abc.Loader):
    """Loads a module with its own loader, then runs the patches."""

    def __init__(self, loader: importlib.abc.Loader, patches: list[Patch]) -> None:
        self.loader = loader
        self.patches = patches

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # Whoever looks at the module later (inspect, pickle, reload) sees its own loader.
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        for patch in self.patches:
            patch(module)


class _PatchFinder(importlib.abc.MetaPathFinder):
    """Asks the other finders for a module and wraps the loader they give."""

    def __init__(self) -> None:
        self.patches: dict[str, list[Patch]] = {}

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        patches = self.patches.get(fullname)
        if patches is None:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, 'find_spec'):
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = _PatchingLoader(spec.loader, patches)
                return spec
        return None


_FINDER = _PatchFinder()


def when_imported(name: str, patch: Patch) -> None:
    """Run ``patch(module)`` after the import of ``name``, or now if it is imported already.

    Args:
        name: Full module name, for example ``'mmcv.utils.ext_loader'``.
        patch: Function that gets the module; it must be safe to run twice (after a reload).
    """
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    _FINDER.patches.setdefault(name, []).append(patch)
    if name in sys.modules:
        patch(sys.modules[name])


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
