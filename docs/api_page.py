"""The page of classes and functions: made when the site is built, a section for each room."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PACKAGE = Path(__file__).resolve().parents[1] / 'projects' / 'ecgan'


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Called by MkDocs with the files of the site: adds the page."""
    rooms = sorted(path.parent.name for path in PACKAGE.glob('*/__init__.py'))
    text = '# API\n\nWhat each room of the package offers, from its docstrings.\n'
    text += ''.join(f'\n## {room}\n\n::: projects.ecgan.{room}\n' for room in rooms)
    files.append(File.generated(config, 'api.md', content=text))
