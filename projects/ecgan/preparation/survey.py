"""The look at a data set: from folders to what is in them and what is wrong."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ..datasets.label_files import Reading
from ..errors import DataError
from .findings import KINDS, Finding
from .gathering import gather
from .inspection.pair_inspection import PairInspection, inspect_all
from .labelling.find_labelling import find_labelling
from .labelling.labelling import Counts, Labelling
from .labelling.systematic import empty_classes, swapped, systematic_findings
from .pairing.pairs import Pair, Pairing
from .photo_reading import photo_findings, photo_reading

#: Samples that the page shows.
SHOWN = 12
_HELD_OUT = 0.1
_MOST_HELD_OUT = 500


@dataclass(frozen=True)
class Survey:
    """What was found.

    Attributes:
        pairing: The files, and the rule by which they pair.
        labelling: What the values of the maps mean.
        looks: A look at every pair.
        good: The pairs that can be used.
        findings: All that is wrong, the gravest first.
        notes: What was decided where something else would fit as well, a line each.
        photo_arguments: Of ``LoadPhoto``.
        counts: Pixels and good maps of each class.
    """

    pairing: Pairing
    labelling: Labelling
    looks: list[PairInspection]
    good: list[PairInspection]
    findings: list[Finding]
    notes: list[str]
    photo_arguments: dict[str, int]
    counts: Counts

    @property
    def sizes(self) -> Counter:
        """How many of the good photos have which height and width."""
        return Counter(look.photo.size for look in self.good)

    def of_kind(self, kind: str) -> list[Finding]:
        """The findings of one kind."""
        return [finding for finding in self.findings if finding.kind == kind]

    def suffixes(self, kind: str) -> list[str]:
        """Ends of the names of a kind's files with their suffixes, as the data set takes them."""
        return sorted({look.pair.suffix(kind) for look in self.good})

    def split(self) -> tuple[list[Pair], list[Pair], str]:
        """Pairs for training, pairs held out, and how they were told apart.

        Folders named after splits decide (test stands in where there is no val); otherwise a tenth
        is drawn, always the same.

        Raises:
            DataError: There are fewer than two good pairs.
        """
        pairs = [look.pair for look in self.good]
        splits = {
            split: [pair for pair in pairs if pair.split == split] for split in _splits(pairs)
        }
        held_out = 'val' if 'val' in splits else 'test'
        if 'train' in splits and held_out in splits:
            train, val = splits['train'], splits[held_out]
            rest = len(pairs) - len(train) - len(val)
            what = 'lists' if any(pair.listed for pair in pairs) else 'folders'
            how = f'{what} named train and {held_out}' + f', {rest} others unused' * (rest > 0)
            return train, val, how
        used = [pair for pair in pairs if pair.branch == pairs[0].branch]
        rest, pairs = len(pairs) - len(used), used
        if len(pairs) < 2:
            raise DataError(f'a training needs two good pairs, there are {len(pairs)}')
        count = min(max(round(_HELD_OUT * len(pairs)), 1), _MOST_HELD_OUT)
        chosen = set(Random(0).sample(range(len(pairs)), count))
        return (
            [pair for index, pair in enumerate(pairs) if index not in chosen],
            [pair for index, pair in enumerate(pairs) if index in chosen],
            'drawn at random; of frames of a film rather hold out a whole one'
            + f'; {rest} pairs of other folders unused' * (rest > 0),
        )


def _splits(pairs: Sequence[Pair]) -> set[str]:
    return {pair.split for pair in pairs}


def survey(
    folders: Sequence[Path],
    classes: Path | None = None,
    jobs: int = 1,
    reading: Reading | None = None,
    labels: str | None = None,
    end: str | None = None,
) -> Survey:
    """Look at a data set.

    Args:
        folders: See :func:`~projects.ecgan.preparation.pairing.folders.find_branches`.
        classes: List of classes, see
            :func:`~projects.ecgan.preparation.classes.read_classes`; None: found.
        jobs: Processes that look at files.
        reading: What the user has said of the label maps; the rest is found.
        labels: Name of the folder of label maps, where several would do.
        end: What label maps' names end with, where several ends would do.

    Raises:
        UserError: Nothing that could be a data set was found.
    """
    pairing, rows, notes = gather(folders, classes, labels, end, jobs)
    step = max(1, len(pairing.pairs) // SHOWN)
    shown = range(step // 2, len(pairing.pairs), step)[:SHOWN]
    looks = inspect_all(pairing.pairs, jobs, shown, reading)
    try:
        labelling = find_labelling(looks, rows, reading)
    except DataError as error:
        raise DataError(f'{error}{swapped(looks)}') from error
    findings = [
        *pairing.findings,
        *(finding for look in looks for finding in look.findings),
        *labelling.findings,
        *_twice(looks),
        *_of_one_id(looks),
        *photo_findings(looks),
    ]
    order = list(KINDS)
    findings.sort(key=lambda each: (order.index(each.kind), each.name))
    left_out = {finding.name for finding in findings if KINDS[finding.kind].left_out}
    good = [look for look in looks if look.pair.title not in left_out]
    counts = labelling.count(good)
    findings += systematic_findings(good, counts, labelling, rows is not None)
    photos = photo_reading(good)
    notes += [*photos.notes, *labelling.notes, *filter(None, [empty_classes(counts, labelling)])]
    return Survey(pairing, labelling, looks, good, findings, notes, photos.arguments, counts)


def _twice(looks: Sequence[PairInspection]) -> list[Finding]:
    """Equal photos, and equal label maps of different photos; the first one is good."""
    findings, photos, labels = [], {}, {}
    for look in looks:
        if look.photo is None or look.label is None:
            continue
        first = photos.setdefault(look.photo.digest, look)
        if first is not look:
            findings.append(Finding('same photo', look.pair.title, f'as {first.pair.title}'))
            continue
        first = labels.setdefault(look.label.digest, look)
        if first is not look and look.label.num_values > 1:
            findings.append(Finding('same map', look.pair.title, f'as {first.pair.title}'))
    return findings


def _of_one_id(looks: Sequence[PairInspection]) -> list[Finding]:
    return [
        Finding('one id', look.pair.title, 'the whole map has one value')
        for look in looks
        if look.label and look.label.num_values == 1
    ]
