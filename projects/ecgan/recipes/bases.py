"""Configs that build on the recipes: MMEngine's reader learns ``ecgan::PATH``.

It has ``mmagic::PATH`` and the like for its own toolboxes only, and would give every part of such a
base a scope, which these, whose scope is MMagic's, do not have.
"""

from types import ModuleType
from typing import Any

from .names import PREFIX, find_recipe


def take_recipes_as_bases(module: ModuleType) -> None:
    """Let ``Config.fromfile('ecgan::PATH')`` and ``_base_ = 'ecgan::PATH'`` find the recipes.

    Args:
        module: ``mmengine.config.config``; changed in place.
    """
    config = module.Config
    base_path, from_file = config._get_cfg_path, config.fromfile

    def _get_cfg_path(cfg_path: str, filename: str) -> tuple[str, str | None]:
        if cfg_path.startswith(PREFIX):
            return str(find_recipe(cfg_path)), None
        return base_path(cfg_path, filename)

    def fromfile(filename: Any, *args: Any, **settings: Any) -> Any:
        if str(filename).startswith(PREFIX):
            filename = find_recipe(filename)
        return from_file(filename, *args, **settings)

    config._get_cfg_path = staticmethod(_get_cfg_path)
    config.fromfile = staticmethod(fromfile)
