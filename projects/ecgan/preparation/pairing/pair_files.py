"""Which label map belongs to which photo: the rule is found, not given."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from ...errors import ConfigError, DataError
from ..class_masks import are_masks, find_class_masks, may_be_a_class
from ..findings import Finding
from .folders import Branch
from .joining import join_files
from .layouts import end_row
from .name_ends import AS_WELL, RIVAL, Fit, find_fits, fits_between, names_of, stem_of
from .pairs import Pair, Pairing, title_of
from .refusals import refuse_by_names, refuse_objects, why_no_pairs
from .split_lists import read_splits

# More photos without a label map than this, and than have one, are as they should be: VOC has one
# for each sixth photo.
_MANY = 50
_COLOUR_MODES = ('RGB', 'RGBA', 'CMYK', 'YCbCr')


def pair_files(branches: Sequence[Branch], end: str | None = None) -> Pairing:
    """Find the rule by which files pair, and the pairs.

    Args:
        branches: See :func:`~.folders.find_branches`.
        end: What label maps' names end with before the suffix, where several ends would do.

    Raises:
        ConfigError: No label map ends with ``end``.
        DataError: No photo has a label map, or what lies there is no label map by its name.
    """
    listings = [{kind: branch.files(kind) for kind in branch.folders} for branch in branches]
    for branch, files in zip(branches, listings):
        refuse_by_names(branch.folders['label'], files['label'])
    largest = max(range(len(branches)), key=lambda index: len(listings[index]['photo']))
    order = [largest, *(index for index in range(len(branches)) if index != largest)]
    end = None if end is None else stem_of(end)
    whole = Pairing([], {}, [], list(getattr(branches, 'notes', [])))
    for index in order:
        _add(whole, branches[index], listings[index], end)
    whole.pairs.sort(key=lambda pair: ([b is pair.branch for b in branches].index(True), pair.name))
    if not whole.pairs:
        raise DataError(why_no_pairs(branches[largest], listings[largest]))
    return _with_lists(whole, branches)


def _add(whole: Pairing, branch: Branch, files: dict[str, list[str]], end: str | None) -> None:
    """Add the pairs of one branch."""
    everything = sorted({*files['photo'], *files['label']})
    photos, maps = (everything,) * 2 if branch.is_mixed else (files['photo'], files['label'])
    fits = find_fits(photos, maps, branch.is_mixed)
    labels = [fit for fit in fits if end_row(fit.label).kind == 'label']
    if end is None and _add_class_masks(whole, branch, files, labels):
        return
    taken = _taken(labels, fits, branch, end, whole.ends)
    if taken is None:
        whole.findings.extend(
            Finding('photo alone', title_of(branch, stem_of(path)), path) for path in files['photo']
        )
        return
    ends, counts = dict(photo=taken.photo, label=taken.label), taken.count
    of_photos = names_of(map(stem_of, photos), taken.photo)
    names = of_photos & names_of(map(stem_of, maps), taken.label)
    for kind in ('instance', 'edge'):
        found = _companion_end(kind, names, files.get(kind), maps, taken.photo, fits)
        if found is not None and 2 * found[1] > counts:
            ends[kind] = found[0]
    whole.notes.extend(_note_on_instances(branch, files, ends, names))
    if not whole.ends:
        whole.ends.update(ends)
        whole.notes.extend(_rivals(taken, labels))
    others = tuple({fit.label for fit in fits} - {''})
    pairs, findings, notes = join_files(branch, files, ends, others, of_photos)
    whole.pairs.extend(pairs)
    lone = [finding for finding in findings if finding.kind == 'photo alone']
    if len(lone) > max(_MANY, len(pairs)):
        findings = [finding for finding in findings if finding.kind != 'photo alone']
        notes += [
            f'{len(lone)} of {len(files["photo"])} photos in {branch.folders["photo"]} have no '
            f'label map and are left out, such as {lone[0].name}'
        ]
    whole.findings.extend(findings)
    whole.notes.extend(notes)


def _taken(
    labels: Sequence[Fit],
    fits: Sequence[Fit],
    branch: Branch,
    end: str | None,
    ends: Mapping[str, str],
) -> Fit | None:
    """The end that is taken: the one that is given, that of other branches, or the best."""
    if end is not None:
        for fit in labels:
            if fit.label == end:
                return fit
        known = [f'{fit.label!r} ({fit.count} pairs)' for fit in labels]
        raise ConfigError(
            f'--end {end}: no label map in {branch.folders["label"]} has a name of a photo and '
            f'that end; there are {", ".join(known) or "none"}'
        )
    if not labels:
        wrong = [f'{fit.label!r} ({end_row(fit.label).kind})' for fit in fits]
        if wrong:
            raise DataError(
                f'the maps in {branch.folders["label"]} are no label maps by the ends of their '
                f'names: {", ".join(wrong)}; those of label maps are such as _labelIds or _semantic'
            )
        return None
    refuse_objects(branch.folders['label'], [fit.label for fit in labels])
    most = max(fit.count for fit in labels)
    same = [
        fit for fit in labels if (fit.photo, fit.label) == (ends.get('photo'), ends.get('label'))
    ]
    return same[0] if same and same[0].count >= AS_WELL * most else labels[0]


def _rivals(taken: Fit, labels: Sequence[Fit]) -> list[str]:
    """Other ends that would do."""
    rivals = [fit for fit in labels if fit is not taken and fit.count >= RIVAL * taken.count]
    if not rivals:
        return []
    texts = [
        # '-classes' would be taken for an option.
        f'{fit.label!r} fits {fit.count} too: --end' + '= '[fit.label[0] != '-'] + fit.label
        if fit.label
        else f'the bare name fits {fit.count} too: --end ""'
        for fit in rivals
    ]
    mine = f'that end with {taken.label!r}' if taken.label else 'without an end'
    return [f'label maps: names {mine} ({taken.count} pairs); {"; ".join(texts)}']


def _companion_end(
    kind: str,
    names: set[str],
    own: Sequence[str] | None,
    maps: Sequence[str],
    photo_end: str,
    fits: Sequence[Fit],
) -> tuple[str, int] | None:
    """The end of instance or edge maps: in their own folder any, among label maps by its words."""
    if own is None:
        known = [fit.label for fit in fits if end_row(fit.label).kind == kind]
        stems = set(map(stem_of, maps))
    else:
        known = [fit.label for fit in fits_between(names, map(stem_of, own))]
        stems = set(map(stem_of, own))
    counted = [(end, sum(name + end in stems for name in names)) for end in known]
    return max(counted, key=lambda each: each[1], default=None)


def _note_on_instances(
    branch: Branch, files: Mapping[str, list[str]], ends: Mapping[str, str], names: set[str]
) -> list[str]:
    """Say so where instance maps are colours, of which each is taken for an object."""
    if 'instance' not in ends:
        return []
    folder = branch.folders.get('instance', branch.folders['label'])
    paths = files.get('instance', files['label'])
    stems = {name + ends['instance'] for name in names}
    mine = [path for path in paths if stem_of(path) in stems][:3]
    if not any(_is_coloured(folder / path) for path in mine):
        return []
    return [f'instance maps in {folder} hold colours: each colour of a map is one object']


def _is_coloured(path: Path) -> bool:
    try:
        with Image.open(path) as picture:
            return picture.mode in _COLOUR_MODES
    except OSError:  # an array, or what is found unreadable later
        return False


def _add_class_masks(
    whole: Pairing, branch: Branch, files: Mapping[str, list[str]], labels: Sequence[Fit]
) -> bool:
    """Add pairs whose label maps are to be put together from masks of single classes."""
    end, masks = find_class_masks(files['photo'], files['label'])
    whole_maps = [fit.count for fit in labels if not may_be_a_class(fit.label)]
    if len(masks) <= max(whole_maps, default=0) / AS_WELL or not are_masks(
        branch.folders['label'], masks
    ):
        return False
    taken = {path for by_class in masks.values() for some in by_class.values() for path in some}
    photos = defaultdict(list)
    for path in files['photo']:
        if path not in taken or not branch.is_mixed:
            stem = stem_of(path)
            if stem.endswith(end):
                photos[stem[: len(stem) - len(end)]].append(path)
    for name, paths in photos.items():
        title = title_of(branch, name)
        if name not in masks:
            whole.findings.append(Finding('photo alone', title, f'{paths[0]}: it has no mask'))
        elif len(paths) > 1:
            whole.findings.append(Finding('two photos', title, ', '.join(paths)))
        else:
            photo = branch.folders['photo'] / paths[0]
            whole.pairs.append(Pair(branch, name, dict(photo=photo)))
            whole.one_mask_a_class[title] = {
                each: [branch.folders['label'] / path for path in some]
                for each, some in masks[name].items()
            }
    whole.ends.setdefault('photo', end)
    whole.ends.setdefault('label', '')
    return True


def _with_lists(whole: Pairing, branches: Sequence[Branch]) -> Pairing:
    """The same with splits of lists, where folders say none."""
    lists = getattr(branches, 'lists', {})
    if not lists or any(pair.split for pair in whole.pairs):
        return whole
    names = {}
    for pair in whole.pairs:
        folder = pair.branch.folders['photo']
        stem = (folder / stem_of(pair.files['photo'].relative_to(folder).as_posix())).as_posix()
        names[pair.title] = list(dict.fromkeys((stem, (folder / pair.name).as_posix())))
    splits, notes = read_splits(lists, names)
    pairs = [replace(pair, listed=splits.get(pair.title, '')) for pair in whole.pairs]
    return replace(whole, pairs=pairs, notes=[*whole.notes, *notes])
