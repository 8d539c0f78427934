"""What was found as one page: samples, how often classes occur, findings, settings."""

import base64
import io
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image

from ..compat.atomic_checkpoints import write_atomically
from ..datasets.photo_files import eight_bits
from ..errors import DataError
from ..visualization import colour_labels
from .findings import KINDS
from .inspection.pair_inspection import PairInspection
from .photo_reading import photo_reading
from .proposal import Proposal
from .survey import Survey

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em }
table { border-collapse: collapse } td, th { padding: .15em .8em .15em 0; text-align: left }
td.n { text-align: right } .bar { background: #2a8a86; height: .8em }
.swatch { display: inline-block; width: 1em; height: 1em; border: 1px solid #888 }
figure { display: inline-block; margin: 0 1em 1em 0 } figcaption { font-size: 12px }
img { display: block; image-rendering: pixelated } figure div { display: flex; gap: 2px }
pre { background: #f3f3f3; padding: 1em; overflow-x: auto }
"""


def write_page(path: Path, found: Survey, proposal: Proposal, recipe: str = '') -> None:
    """Write the page, one HTML file that needs no other, with the recipe where there is one."""
    parts = [
        _summary(found),
        '<h2>Samples</h2>',
        *(_figure(look, found) for look in found.looks if look.photo and look.label),
        _histogram(found),
        _findings(found),
        _list('Settings for this machine', proposal.reasons),
    ]
    if recipe:
        parts.append(f'<h2>Recipe</h2><pre>{escape(recipe)}</pre>')
    body = '\n'.join(parts)
    text = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<title>Your data</title><style>{_STYLE}</style></head>\n<body>{body}</body></html>\n'
    )
    write_atomically(text.encode(), path)


def _summary(found: Survey) -> str:
    sizes = [f'{w}x{h} ({count})' for (h, w), count in found.sizes.most_common(8)]
    kinds = [kind for kind in ('instance', 'edge') if kind in found.pairing.ends]
    turned = sum(bool(look.photo and look.photo.is_turned) for look in found.looks)
    rows = {
        'Pairs': f'{len(found.looks)}, {len(found.good)} of them good',
        'Pairing': found.pairing.rule,
        'Label maps': found.labelling.description,
        'Sizes (width x height)': ', '.join(sizes),
        'Other maps': ', '.join(kinds) or 'none',
        'Photos with an EXIF orientation': f'{turned} (read as they are displayed)',
        'Photos as they are read': '; '.join(photo_reading(found.good).notes) or 'as stored',
        'Findings': str(len(found.findings)),
    }
    return '<h1>Your data</h1>' + _table([(escape(k), escape(v)) for k, v in rows.items()])


def _table(rows: Iterable[Sequence[str]]) -> str:
    lines = (''.join(f'<td>{cell}</td>' for cell in row) for row in rows)
    return '<table>' + ''.join(f'<tr>{line}</tr>\n' for line in lines) + '</table>'


def _list(title: str, lines: Iterable[str]) -> str:
    items = ''.join(f'<li>{escape(line)}</li>\n' for line in lines)
    return f'<h2>{escape(title)}</h2><ul>{items}</ul>'


def _figure(look: PairInspection, found: Survey) -> str:
    """Photo and label map of a sample that was chosen to be shown."""
    if look.photo.thumbnail is None or look.label.thumbnail is None:
        return ''
    stored, labelling = look.label.thumbnail, found.labelling
    try:
        labels = labelling.coding.read(stored, look.pair.title)
    except DataError:
        colours = stored.samples.astype(np.uint8)  # as they are, since they mean nothing
    else:
        colours = colour_labels(labels, labelling.palette)[..., ::-1]
    pictures = _picture(_photo(look, found), 'JPEG') + _picture(colours, 'PNG')
    title = escape(
        look.pair.title + ('' if any(look is good for good in found.good) else ' (left out)')
    )
    return f'<figure><div>{pictures}</div><figcaption>{title}</figcaption></figure>'


def _photo(look: PairInspection, found: Survey) -> np.ndarray:
    """The photo in small, RGB, as bright as training sees it."""
    bits = photo_reading(found.good).arguments.get('bits', 16)
    samples = look.photo.thumbnail
    if samples.dtype == np.uint16:
        samples = np.minimum(samples, 2**bits - 1)  # one that is left out may need more bits
    return eight_bits(samples, look.pair.title, bits)[0][..., ::-1]


def _picture(pixels: np.ndarray, form: str) -> str:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, form)
    content = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="" src="data:image/{form.lower()};base64,{content}">'


def _histogram(found: Survey) -> str:
    """Share of the pixels and of the maps that each class has."""
    counts, labelling = found.counts, found.labelling
    total = sum(pixels for pixels, _ in counts.values()) or 1
    largest = max((pixels for pixels, _ in counts.values()), default=1)
    rows = ['<tr><th></th><th>id</th><th>class</th><th>pixels</th><th>maps</th><th></th></tr>']
    listed = [*range(len(labelling.classes)), *[labelling.unknown] * labelling.with_unknown]
    for index in listed:
        pixels, maps = counts.get(index, (0, 0))
        is_class = index < len(labelling.classes)
        name = labelling.classes[index] if is_class else 'unknown'
        colour = ','.join(map(str, labelling.palette[index])) if is_class else '0,0,0'
        rows.append(
            f'<tr><td><span class="swatch" style="background:rgb({colour})"></span></td>'
            f'<td class="n">{index}</td><td>{escape(name)}</td>'
            f'<td class="n">{pixels / total:.2%}</td><td class="n">{maps}</td>'
            f'<td><div class="bar" style="width:{20 * pixels / largest:.2f}em"></div></td></tr>\n'
        )
    return f'<h2>Classes</h2><table>{"".join(rows)}</table>'


def _findings(found: Survey) -> str:
    parts = [
        f'<h3>{escape(heading)} ({len(some)})</h3>'
        + _table((escape(each.name), escape(each.text)) for each in some)
        for kind, (heading, _) in KINDS.items()
        if (some := found.of_kind(kind))
    ]
    return '<h2>Findings</h2>' + ('\n'.join(parts) or '<p>Nothing is wrong.</p>')
