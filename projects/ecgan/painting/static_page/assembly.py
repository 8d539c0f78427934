"""One HTML file out of small ones, or a folder of it and of the large files' parts.

No bundler: modules are put one behind the other, as nothing can be imported from a disk.
"""

import base64
import gzip
import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...version import __version__

BROWSER = Path(__file__).parent / 'browser'
INDEX = 'index.html'
GENERATOR = 'ecgan-mmagic'
# Of a part of a large file, before it becomes base64; static hosts take files of up to 25 MB.
_PART = 12 * 2**20
_IMPORT = re.compile(r'^import \{[^}]*\} from \"(\.[^\"]+)\";\n', re.MULTILINE)
_EXPORT = re.compile(r'^export (?=(async )?(class|function|const)\b)', re.MULTILINE)
_EMBED = (
    'const embeddedFiles = {}; '
    'function embed(name, part) { (embeddedFiles[name] ??= []).push(part); }'
)


def joined_modules(entry: Path) -> str:
    """A module and all that it imports as one script, what is imported first.

    The modules' own names must differ, as they share one scope; a browser refuses others.
    """
    return ''.join(_modules(entry.resolve(), set()))


def _modules(path: Path, done: set[Path]) -> Iterator[str]:
    if path in done:
        return
    done.add(path)
    text = path.read_text(encoding='utf-8')
    for name in _IMPORT.findall(text):
        yield from _modules((path.parent / name).resolve(), done)
    yield f'// {path.name}\n' + _EXPORT.sub('', _IMPORT.sub('', text)) + '\n'


def assemble(
    facts: Mapping[str, Any], files: Mapping[str, bytes], single: bool
) -> dict[str, bytes]:
    """The files of a page.

    Args:
        facts: See :func:`~.page_facts.page_facts`.
        files: The large files, by the names that ``browser/generator.js`` knows them by.
        single: Whether all goes into one file.

    Returns:
        Content by name below the page's folder, ``index.html`` last.
    """
    calls = [
        (name, index, call) for name, data in files.items() for index, call in _parts(name, data)
    ]
    written, scripts, hashes = {}, [], []
    if single:
        scripts = [f'<script>{call}</script>' for _, _, call in calls]
        hashes = [call for _, _, call in calls]
    else:
        for name, index, call in calls:
            written[f'data/{name}-{index}.js'] = call.encode()
            scripts.append(f'<script defer src="data/{name}-{index}.js"></script>')
    style = _text('../../page.css') + _text('static_page.css')
    script = joined_modules(BROWSER / 'page.js')
    policy = _policy(style, [_EMBED, script, *hashes], has_files=not single)
    facts_text = json.dumps(facts, separators=(',', ':')).replace('<', '\\u003c')
    body = _text('page.html').replace('LICENCE', html.escape(licence()))
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="{GENERATOR} {__version__}">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>Paint a layout</title>
<link rel="icon" href="data:,">
<style>{style}</style>
<script>{_EMBED}</script>
</head>
<body>
{body}
<script type="application/json" id="facts">{facts_text}</script>
<script type="module">{script}</script>
{chr(10).join(scripts)}
</body>
</html>
"""
    written[INDEX] = page.encode()
    return written


def licence() -> str:
    """That of onnxruntime-web."""
    return _text('onnxruntime-web.LICENSE.txt')


def _text(name: str) -> str:
    return (BROWSER / name).read_text(encoding='utf-8')


def _parts(name: str, data: bytes) -> Iterator[tuple[int, str]]:
    packed = gzip.compress(data, 9, mtime=0)
    for index, start in enumerate(range(0, len(packed), _PART)):
        part = base64.b64encode(packed[start : start + _PART]).decode()
        yield index, f'embed("{name}", "{part}")'


def _policy(style: str, scripts: list[str], has_files: bool) -> str:
    """What the browser may do: run what is in the page, and ask nobody for anything."""
    sources = ' '.join(map(_digest, scripts))
    # A page from a disk has no origin to be of.
    beside = " 'self' file:" if has_files else ''
    return (
        f"default-src 'none'; script-src {sources}{beside} blob: 'wasm-unsafe-eval'; "
        f'worker-src blob:; style-src {_digest(style)}; img-src data: blob:; '
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
