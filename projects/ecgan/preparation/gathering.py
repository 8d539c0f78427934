"""The samples of a data set: files that pair, or label maps that are drawn first."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..errors import DataError
from .annotations import draw, find_annotations
from .class_masks import draw_class_masks
from .classes import ClassRow, find_class_tables, read_classes
from .drawn_maps import DrawnMaps
from .pairing.folders import find_branches
from .pairing.pair_files import pair_files
from .pairing.pairs import Pairing

# Label maps that are drawn lie beside the folder that was given.
_DRAWN = '_label_maps'


class Gathered(NamedTuple):
    """What there is to look at.

    Attributes:
        pairing: The files.
        rows: The list of classes; None: none was given or drawn by.
        notes: What was decided where something else would fit as well, a line each.
    """

    pairing: Pairing
    rows: Sequence[ClassRow] | None
    notes: list[str]


def gather(
    folders: Sequence[Path],
    classes: Path | None,
    labels: str | None = None,
    end: str | None = None,
    jobs: int = 1,
) -> Gathered:
    """Find the samples; draw label maps where there are annotations or masks of single classes.

    Args:
        folders: See :func:`~.pairing.folders.find_branches`.
        classes: List of classes; None: there is none.
        labels: Name of the folder of label maps, where several would do.
        end: What label maps' names end with, where several ends would do.
        jobs: Processes that draw.

    Raises:
        UserError: Nothing that could be a data set was found.
    """
    rows = None if classes is None else read_classes(classes)
    try:
        branches = find_branches(folders, labels)
        pairing, drawn = pair_files(branches, end), None
    except DataError as error:
        pairing, drawn = _annotated(folders, error, jobs)
    if pairing.one_mask_a_class:
        drawn = draw_class_masks(pairing.one_mask_a_class, _beside(folders[-1]))
        pairing = pairing.with_label_maps(drawn.folder)
    notes = [*pairing.notes, *getattr(rows, 'notes', ())]
    if drawn:
        notes += drawn.notes
        if rows is not None:
            notes.append(f'{classes} gives colours alone: the drawn maps have ids of their own')
        rows = _coloured(drawn.classes, rows or ())
    if rows is None:
        tables = find_class_tables(folders[0].expanduser())
        notes += [f'classes are called by their ids: add --classes {table}' for table in tables[:1]]
    return Gathered(pairing, rows, notes)


def _annotated(folders: Sequence[Path], error: DataError, jobs: int) -> tuple[Pairing, DrawnMaps]:
    """Pairs of photos and maps that are drawn of annotations.

    Raises:
        DataError: There are none either; then what was found instead is told.
    """
    folder = folders[-1].expanduser().resolve()
    source = find_annotations(folder)
    if source is None:
        raise error
    out = _beside(folder)
    photos = folders[0].expanduser().resolve() if len(folders) > 1 else source.photos(out)
    drawn = draw(source, photos, out, jobs)
    return pair_files(find_branches([photos, drawn.folder])), drawn


def _beside(folder: Path) -> Path:
    folder = folder.expanduser().resolve()
    return folder.with_name(folder.name + _DRAWN)


def _coloured(rows: Sequence[ClassRow], others: Sequence[ClassRow]) -> list[ClassRow]:
    """Classes with the colours of those of the same names."""
    colours = {row.name: row.colour for row in others}
    return [row._replace(colour=row.colour or colours.get(row.name)) for row in rows]
