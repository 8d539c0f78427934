"""What is to be said of drawn maps: order, overlaps, what is unlabelled or left out."""

from collections import Counter

from ..classes import ClassRow
from ..classes.class_table import is_unknown_name
from .content import Content, background_of, shown
from .drawn_picture import Outcome


def remarks(content: Content, rows: list[ClassRow], done: list[Outcome], order: str) -> list[str]:
    """Remarks, a sentence each.

    Args:
        content: What was read.
        rows: The classes.
        done: What became of the pictures that were drawn.
        order: Which shapes lie above which.
    """
    notes = [
        *_on_shapes(content, done, order),
        *_on_unlabelled(done, background_of(rows)),
        *_on_classes(content, rows),
    ]
    if content.faults:
        notes.append(
            f'{len(content.faults)} annotations or files are left out, as they cannot be drawn '
            f'(what is unlabelled in their photos is unknown): {"; ".join(content.faults[:3])}'
            + '; ...'
            * (len(content.faults) > 3)
        )
    return notes


def _on_shapes(content: Content, done: list[Outcome], order: str) -> list[str]:
    total = {
        name: sum(getattr(each, name) for each in done)
        for name in ('drawn', 'outside', 'hidden', 'pixels', 'overlapping')
    }
    notes = [f'{total["drawn"]} shapes drawn; {order}']
    if total['overlapping']:
        share = total['overlapping'] / total['pixels']
        notes[0] += f'; shapes of several classes claim {share:.2%} of the pixels'
    if total['hidden']:
        notes[0] += f'; {total["hidden"]} shapes lie wholly under others'
    if total['outside']:
        notes.append(f'{total["outside"]} shapes have no pixel in their photo')
    left = ', '.join(f'{count} {kind}' for kind, count in sorted(content.left_out.items()))
    return [*notes, *([f'left out, being no areas with a class: {left}'] if left else [])]


def _on_unlabelled(done: list[Outcome], background: ClassRow | None) -> list[str]:
    share = sum(each.unlabelled for each in done) / max(sum(each.pixels for each in done), 1)
    what = f'are {background.name} (id {background.id})' if background else 'are unknown (255)'
    whole = sum(each.unlabelled == each.pixels for each in done)
    return [
        f'{share:.2%} of the pixels have no shape and {what}'
        + (f'; {whole} photos have nothing else' if whole else '')
    ]


def _on_classes(content: Content, rows: list[ClassRow]) -> list[str]:
    counts = Counter(shape.label for each in content.pictures for shape in each.shapes)
    notes = []
    empty = [row.name for row in rows if not counts[row.name] and row is not background_of(rows)]
    if empty:
        notes.append(f'{len(empty)} classes have no shape: {shown(empty)}')
    unknown = {name: count for name, count in counts.items() if is_unknown_name(name)}
    if unknown:
        named = ', '.join(f'{count} of {name}' for name, count in sorted(unknown.items()))
        notes.append(f'shapes that are unknown by their names: {named}')
    return notes
