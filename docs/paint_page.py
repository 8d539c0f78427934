"""The page to paint on: the model of the box in the visitor's browser, made when the site is built.

It is left out, with a line, where something for it is missing.
"""

import functools
import sys
import tempfile
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

MODEL = 'scenes'
PLACE = 'paint'
LINK = (
    f'[**Paint now**]({PLACE}/index.html): a layout becomes a picture in your browser; nothing is '
    'sent to anybody.'
)


@functools.cache
def _made() -> dict[str, bytes]:
    """Its files, none where it cannot be made."""
    from projects.ecgan.errors import UserError
    from projects.ecgan.painting.static_page import export_page

    with tempfile.TemporaryDirectory() as folder:
        try:
            print(export_page(MODEL, folder), file=sys.stderr)
        except (UserError, OSError) as error:
            print(f'the site is without the page to paint on: {error}', file=sys.stderr)
            return {}
        found = (path for path in sorted(Path(folder).rglob('*')) if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Called by MkDocs with the files of the site: adds those of the page."""
    for name, content in _made().items():
        files.append(File.generated(config, f'{PLACE}/{name}', content=content))


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Called by MkDocs with each page: the first one leads to the page to paint on."""
    if page.file.src_uri != 'index.md' or not _made():
        return markdown
    head, _, rest = markdown.partition('\n\n')
    return f'{head}\n\n{LINK}\n\n{rest}'
