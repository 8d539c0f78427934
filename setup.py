"""Puts the recipes into the package, where MMEngine looks for those of a toolbox (``.mim``)."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent


class BuildWithRecipes(build_py):
    """The modules, and beside them ``configs`` and ``model-index.yml``."""

    def run(self) -> None:
        """Build."""
        super().run()
        if not self.editable_mode:
            place = Path(self.build_lib) / 'projects' / 'ecgan' / '.mim'
            shutil.copytree(
                ROOT / 'configs',
                place / 'configs',
                ignore=shutil.ignore_patterns('__pycache__'),
                dirs_exist_ok=True,
            )
            shutil.copy(ROOT / 'model-index.yml', place)


setup(cmdclass={'build_py': BuildWithRecipes})
