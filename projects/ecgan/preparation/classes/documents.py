"""JSON, YAML and Python documents: where in them the classes are, and what else they say."""

from collections.abc import Iterator, Mapping
from typing import Any

from .entries import Draft, Entry, finish
from .objects import read_container
from .values import TableError, colour, key_of, whole

# Keys that hold classes; a document may say them twice, if it says the same.
_CONTAINERS = (
    'names', 'classes', 'categories', 'labels', 'classnames', 'labelnames', 'masktargets',
    'defaultmasktargets', 'id2label', 'label2id', 'idtolabel', 'labeltoid', 'id2name', 'name2id',
    'labelmap', 'classmap', 'classmapping', 'class2id', 'id2class', 'tools', 'spec',
)  # fmt: skip
# Keys that hold documents: mmsegmentation, Segments.ai, Unity.
_WITHIN = ('metainfo', 'taskattributes', 'dataset', 'annotationdefinitions')
_PALETTES = (
    'palette', 'segmentationcolors', 'colors', 'colours', 'colormap', 'colourmap', 'classcolors',
    'classcolours',
)  # fmt: skip
_COUNTS = ('nc', 'numclasses', 'nclasses', 'numlabels', 'classcount', 'numberofclasses')
_UNKNOWN_IDS = ('ignoreindex', 'ignorelabel', 'ignoreid', 'unknownid')
_ABOUT_A_FILE = ('version', 'formatversion', 'year', 'roboflow')
# A data set's whole document: its other keys are about pictures.
_OF_DATA_SETS = ('images', 'annotations', 'samples', 'items', 'modeltype', 'samplefields', 'info')
# What changes no id: Ultralytics, Roboflow, CVAT, Supervisely, mmsegmentation.
_HARMLESS = (
    *_ABOUT_A_FILE, 'train', 'val', 'valid', 'test', 'minival', 'path', 'download', 'channels',
    'imgsz', 'kptshape', 'flipidx', 'tags', 'projecttype', 'projectsettings', 'licenses', 'licence',
    'license', 'mapping', 'folder', 'classifications', 'relationships', 'type', 'id', 'datatype',
    'resolution', 'author', 'date', 'attributes', 'backgroundlabel', 'parts', 'actions',
)  # fmt: skip


def read_document(content: Any) -> Draft:
    """Find the classes in a document and read them.

    Args:
        content: Lists, objects and values.

    Raises:
        TableError: No classes are in it, several that differ, or keys that are not understood.
    """
    if not isinstance(content, Mapping):
        if _are_definitions(content):
            return _only([read_document(each) for each in content if 'spec' in each])
        return read_container(content)
    keys = {key_of(key): value for key, value in content.items()}
    drafts = [
        _with_keys(_container(key, keys), keys) for key in _CONTAINERS if _is_filled(keys.get(key))
    ]
    for key in _WITHIN:
        value = keys.get(key)
        if _is_filled(value) and (key != 'dataset' or isinstance(value, Mapping)):
            drafts.append(read_document(value))
    if drafts:
        _check_left_over(content)
        return _only(drafts)
    for key in _CONTAINERS:
        value = keys.get(key, 0)
        if whole(value) is None and colour(value, by_name=True) is None:
            raise TableError(f'{key!r} holds no classes')
    if any(key in keys for key in (*_COUNTS, *_PALETTES, *_ABOUT_A_FILE)) or (
        'train' in keys and ('val' in keys or 'path' in keys)
    ):
        raise TableError("no 'names' of classes are in it")
    return read_container(content)


def _is_filled(value: Any) -> bool:
    return isinstance(value, list | tuple | Mapping) and bool(value) and colour(value) is None


def _are_definitions(content: Any) -> bool:
    """Whether this is Unity Perception's list of what it annotated."""
    return isinstance(content, list | tuple) and any(
        isinstance(each, Mapping) and 'spec' in each for each in content
    )


def _container(key: str, keys: Mapping[str, Any]) -> Draft:
    value = keys[key]
    if not isinstance(value, Mapping):
        return read_container(value)
    if key == 'categories' and isinstance(value.get('label'), Mapping):
        return _of_datumaro(value)
    inner = list(value.values())
    by_field = key == 'masktargets' and not all(
        whole(each) is not None or colour(each) for each in value
    )
    if by_field and all(isinstance(each, Mapping | list) for each in inner):
        # FiftyOne: a table for each field of the samples.
        return _only([read_container(each) for each in inner if each])
    return read_container(value)


def _of_datumaro(categories: Mapping[str, Any]) -> Draft:
    draft = read_container(categories['label'].get('labels'))
    colours = categories.get('mask', {}).get('colormap', [])
    shades = {whole(each.get('label_id')): colour(each) for each in colours}
    for index, entry in enumerate(draft.entries):
        entry.colour = shades.get(index)
    return draft


def _with_keys(draft: Draft, keys: Mapping[str, Any]) -> Draft:
    """Colours, counts and unknown ids that stand beside the classes."""
    for key in _PALETTES:
        if _is_filled(keys.get(key)):
            _add_colours(draft.entries, keys[key], key)
    for key in _COUNTS:
        count = whole(keys.get(key))
        if count is not None and count != len(draft.entries):
            raise TableError(f'{key} is {count}, and {len(draft.entries)} classes are named')
    if str(keys.get('reducezerolabel', '')).lower() in ('true', '1'):
        if any(entry.id is not None for entry in draft.entries):
            raise TableError('ids and reduce_zero_label: leave out one of them')
        draft.first, draft.zero_is_unknown = 1, True
    for key in _UNKNOWN_IDS:
        value = whole(keys.get(key))
        if value is not None and value != 255:
            raise TableError(f"{key} is {value}: write an object from id to name, {value} 'void'")
    if 'formatversion' in keys and 'categories' in keys:
        # Segments.ai: what nobody labelled is 0.
        draft.zero_is_unknown = True
    return draft


def _add_colours(entries: list[Entry], palette: Any, key: str) -> None:
    if isinstance(palette, Mapping):
        shades = {str(each): shade for each, shade in palette.items()}
        by_name = [shades.pop(entry.name, None) for entry in entries]
        if shades:
            ids = [entry.id if entry.id is not None else i for i, entry in enumerate(entries)]
            by_name = [shades.pop(str(index), None) for index in ids]
        if shades:
            raise TableError(f'{next(iter(shades))!r} in {key!r} is no class')
        palette = by_name
    if len(palette) != len(entries):
        raise TableError(
            f'{key!r} has {len(palette)} colours, and there are {len(entries)} classes'
        )
    for entry, value in zip(entries, palette):
        entry.colour = entry.colour if value is None else colour(value, by_name=True)
        if value is not None and entry.colour is None:
            raise TableError(f'{value!r} is no colour', entry.place)


def _only(drafts: list[Draft]) -> Draft:
    """One of drafts that say the same."""
    if not drafts:
        raise TableError('no classes are in it')
    rows = [{(row.id, row.name) for row in finish(_copy(draft))} for draft in drafts]
    if any(each != rows[0] for each in rows):
        raise TableError(f'{len(drafts)} tables of classes that differ: keep one')
    return max(drafts, key=lambda draft: sum(entry.colour is not None for entry in draft.entries))


def _copy(draft: Draft) -> Draft:
    entries = [Entry(each.place, each.name, each.id, each.colour) for each in draft.entries]
    return Draft(entries, [], draft.first, draft.zero_is_unknown)


def _check_left_over(content: Mapping[str, Any]) -> None:
    for title in _left_over(content):
        raise TableError(f'the key {title!r} is not understood: leave it out')


def _left_over(content: Mapping[str, Any]) -> Iterator[Any]:
    keys = {key_of(key) for key in content}
    if keys & set(_OF_DATA_SETS):
        return
    read = {*_CONTAINERS, *_WITHIN, *_PALETTES, *_COUNTS, *_UNKNOWN_IDS, 'reducezerolabel'}
    for title, value in content.items():
        is_text = isinstance(value, str) and whole(value) is None
        if key_of(title) in read | set(_HARMLESS) or is_text or value in (None, [], {}, ()):
            continue
        yield title
