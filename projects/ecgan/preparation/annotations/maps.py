"""From annotations to a folder of label maps, and what is to be said of it."""

from pathlib import Path

from ...datasets.label_files import UNKNOWN
from ...errors import DataError
from ..classes.class_table import is_unknown_name
from ..drawn_maps import DrawnMaps
from ..parallel import in_processes
from .content import Content, Picture, background_of, numbered, shown
from .drawn_picture import draw_picture
from .formats import SMALL_ABOVE
from .photos import PhotoIndex, spellings, without_suffix
from .remarks import remarks
from .source import AnnotationSource
from .traced import TRACED, settle_corners

# More faults than this part of all annotations are no slips.
_FEW = 0.1
# Of a file, with a suffix.
_LONGEST_NAME = 200


def draw(
    source: AnnotationSource, photos_folder: Path | None, out: Path, jobs: int = 1
) -> DrawnMaps:
    """Draw the label maps of annotations.

    Pixels of no shape belong to the class of the background, where one is called so, and are
    unknown (255) otherwise. A photo without a shape has no map then.

    Args:
        source: What :func:`~projects.ecgan.preparation.annotations.find_annotations` found.
        photos_folder: Folder of the photos; None: ``source.photos(out)``.
        out: Gets a PNG for each photo, of the path that the photo has below its folder. It may hold
            the maps of an earlier drawing of the same photos, which are written anew.
        jobs: Processes.

    Returns:
        The folder, the classes in the order of their ids, and what was decided or left out.

    Raises:
        MissingFileError: Something that the annotations need is not there.
        DataError: A file cannot be understood, more than a tenth of the annotations cannot be
            drawn, no photo fits, or ``out`` holds other maps.
    """
    content = source.format.read(source.files, source.folder)
    content.faults += source.faults
    index = source.photo_index(photos_folder or source.photos(out), out)
    targets = _targets(content, index)
    rows = numbered(content.labels)
    if content.labels and not rows:
        raise DataError(f'{source.description} has no classes but {shown(content.labels)}')
    background = background_of(rows)
    ids = {row.name: row.id for row in rows}
    ids |= {name: UNKNOWN for name in content.labels if is_unknown_name(name)}
    drawable = [
        (name, pair)
        for name, pair in targets.items()
        if pair[0].shapes or pair[0].faults or background
    ]
    _check_folder(out, {name for name, _ in drawable})
    pictures = [picture for _, (picture, _) in drawable]
    photos = [index.folder / photo if photo else None for _, (_, photo) in drawable]
    order = source.format.order
    if settle_corners(list(zip(pictures, photos)), source.format.has_layers):
        content.notes.append(TRACED)
        order = order if source.format.has_layers else SMALL_ABOVE
    outcomes = in_processes(
        draw_picture,
        pictures,
        photos,
        [ids] * len(drawable),
        [background.id if background else UNKNOWN] * len(drawable),
        [out / name for name, _ in drawable],
        jobs=jobs,
        doing='drawing label maps',
    )
    done = [outcome for outcome in outcomes if outcome.is_drawn]
    content.faults += [fault for outcome in outcomes for fault in outcome.faults]
    _check(content, sum(each.drawn for each in done), source)
    notes = [
        f'{source.description}: {len(done)} label maps drawn in {out}',
        *source.notes,
        *content.notes,
        *remarks(content, rows, done, order),
    ]
    if empty := len(targets) - len(drawable):
        notes.append(f'{empty} photos have no shape and so no map')
    if alone := sorted(index.photos - {photo for _, photo in targets.values()}):
        notes.append(f'{len(alone)} photos have no annotations: {shown(alone)}')
    return DrawnMaps(out, rows, notes)


def _targets(content: Content, index: PhotoIndex) -> dict[str, tuple[Picture, str]]:
    """Map -> its annotations and its photo ('': there are no photos at all); notes what is none.

    Raises:
        DataError: Nothing is annotated, or no photo fits.
    """
    if not content.pictures:
        raise DataError((content.faults or ['the annotations are of no photo'])[0])
    found: dict[str, tuple[Picture, str]] = {}
    alone = []
    for picture in content.pictures:
        try:
            names = (picture.name, picture.other_name) if len(index) else ()
            photo = next((hit for name in names if (hit := index.find(name, picture.file))), '')
            if len(index) and not photo:
                alone.append(picture.name)
                continue
            named = photo or '/'.join(next(spellings(picture.name), []))
            if not named or '\0' in named or max(map(len, named.split('/'))) > _LONGEST_NAME:
                raise DataError('it is no name of a photo')
            name = f'{without_suffix(named)}.png'
            if name in found:
                raise DataError(f'{found[name][0].file} has annotations of it or its namesake, too')
            found[name] = picture, photo
        except DataError as error:
            content.faults.append(f'{picture.file}: {picture.name}: {error}')
    if alone:
        text = f'{len(alone)} annotated pictures have no photo in {index.folder}: {shown(alone)}'
        if not found:
            raise DataError(f'{text}; a photo there is {min(index.photos)}')
        content.notes.append(text)
    if not found:
        raise DataError(content.faults[0])
    if not len(index):
        content.notes.append(f'there are no photos in {index.folder}, so no map could be compared')
    return found


def _check_folder(out: Path, names: set[str]) -> None:
    others = sorted(
        path for path in out.rglob('*.png') if path.relative_to(out).as_posix() not in names
    )
    if others:
        raise DataError(
            f'{out} holds {len(others)} pictures that are not of this drawing, as {others[0]}: '
            'remove the folder, or give another'
        )


def _check(content: Content, drawn: int, source: AnnotationSource) -> None:
    faults = content.faults
    if not drawn and not faults:
        left = ', '.join(f'{count} {kind}' for kind, count in sorted(content.left_out.items()))
        raise DataError(
            f'{source.description} has no shapes to draw' + (f', but {left}' if left else '')
        )
    if len(faults) > _FEW * (drawn + len(faults)):
        more = f' (and {len(faults) - 1} more of {drawn + len(faults)})' if len(faults) > 1 else ''
        raise DataError(f'{faults[0]}{more}')
