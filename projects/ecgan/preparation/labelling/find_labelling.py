"""What the values of the label maps mean, and the classes."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ...datasets.label_files import Reading, number_colour
from ...errors import DataError
from ..classes import ClassRow
from ..findings import Finding
from ..inspection.map_inspection import ReadMap
from ..inspection.pair_inspection import PairInspection
from .blends import refuse_blends, smeared
from .found_classes import of_maps
from .labelling import Labelling, Looks, number_of_colour
from .listed_classes import of_list
from .reading_choice import choose_reading

# A map with more values that no class has than this was blended.
_OWN_VALUES = 8
_SHOWN = 5


def find_labelling(
    looks: Looks, rows: Sequence[ClassRow] | None, given: Reading | None = None
) -> Labelling:
    """Decide what the maps' values mean, and which maps hold something else.

    Args:
        looks: A look at every pair.
        rows: The list of classes; None: the classes are found.
        given: What the user has said of the files.

    Raises:
        DataError: No map can be used, or what they hold is no set of classes.
    """
    rows = rows or []
    with_map = [look for look in looks if look.label]
    if not with_map:
        reasons = [each.sentence for look in looks for each in look.findings]
        raise DataError('none of the label maps can be read: ' + '; '.join(reasons[:1]))
    clean, findings = _lossless(with_map)
    stems = [look.pair.files['label'].stem for look in clean]
    reading, notes = choose_reading([look.label for look in clean], rows, given or Reading(), stems)
    read = {id(look): look.label.read(reading) for look in clean}
    clean, wrong, is_colour = _of_one_kind(clean, read)
    findings += wrong
    clean, wrong = _unblended(clean, read, rows)
    findings += wrong
    if not clean:
        raise DataError(
            f'none of the label maps is sound: {findings[-1].sentence}; save them without loss '
            '(PNG), resized by the nearest rule'
        )
    reads = [read[id(look)] for look in clean]
    found = of_list(rows, is_colour, clean, reads) if rows else of_maps(is_colour, clean, reads)
    hidden = any(look.label.hidden for look in clean) and reading.hidden != 'shown'
    found.with_unknown |= hidden
    found.reading = reading
    found.notes[:0] = notes
    for look in clean:
        findings += _aliens(look, read[id(look)], found, bool(rows))
    found.findings = findings
    return found


def _lossless(looks: Looks) -> tuple[list[PairInspection], list[Finding]]:
    """The maps of formats that keep pixels."""
    findings = [
        Finding(
            'smeared',
            look.pair.title,
            f'a {look.label.form.container} with {look.label.num_values} different values: it '
            'changes ids and colours',
        )
        for look in looks
        if look.label.form.is_lossy
    ]
    return [look for look in looks if not look.label.form.is_lossy], findings


def _of_one_kind(
    looks: Looks, read: Mapping[int, ReadMap]
) -> tuple[list[PairInspection], list[Finding], bool]:
    """The maps of the kind that most have, and whether that is colours."""
    is_colour = 2 * sum(read[id(look)].is_colour for look in looks) > len(looks)
    what = 'a map of ids' if is_colour else 'a map of colours'
    findings = [
        Finding('coding', look.pair.title, f'{what}, unlike the rest')
        for look in looks
        if read[id(look)].is_colour != is_colour
    ]
    return [look for look in looks if read[id(look)].is_colour == is_colour], findings, is_colour


def _unblended(
    looks: Looks, read: Mapping[int, ReadMap], rows: Sequence[ClassRow]
) -> tuple[list[PairInspection], list[Finding]]:
    """The maps whose values were not blended."""
    reads = [read[id(look)] for look in looks]
    maps_with = Counter(value for each in reads for value in each.counts)
    if reads and reads[0].is_colour:
        listed = {number_of_colour(row.colour) for row in rows if row.colour}
    else:
        listed = {row.id for row in rows}
    refuse_blends(reads, listed)
    findings, clean = [], []
    for look, each in zip(looks, reads):
        text = smeared(look.label, each, maps_with, len(looks))
        if text:
            findings.append(Finding('smeared', look.pair.title, text))
        else:
            clean.append(look)
    return clean, findings


def _aliens(
    look: PairInspection, read: ReadMap, found: Labelling, is_listed: bool
) -> list[Finding]:
    """What a map holds and no class has."""
    alien = {value: n for value, n in read.counts.items() if value not in found.ids}
    if not alien:
        return []
    if len(alien) > _OWN_VALUES:
        text = f'{len(alien)} of its {look.label.num_values} values are of no class: blended?'
        return [Finding('smeared', look.pair.title, text)]
    shown = [
        f'{number_colour(value) if read.is_colour else value} ({count} pixels)'
        for value, count in sorted(alien.items(), key=lambda item: -item[1])[:_SHOWN]
    ]
    kind = ('colour' if read.is_colour else 'id') if is_listed else 'stray'
    what = 'colour' if read.is_colour else 'id'
    return [Finding(kind, look.pair.title, f'{what} {", ".join(shown)}')]
