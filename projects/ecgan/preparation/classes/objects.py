"""Lists and objects of JSON, YAML and Python as classes: what is in a container."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .columns import is_title, read_columns
from .entries import Draft, Entry
from .titles import SERVERS
from .untitled import read_untitled
from .values import TableError, colour, key_of, whole


def read_container(content: Any) -> Draft:
    """Read a list of names, of objects or of rows, or an object with a class for each key.

    Raises:
        TableError: It is none of these.
    """
    if isinstance(content, list | tuple) and content:
        return _read_list(content)
    if isinstance(content, Mapping) and content:
        return _read_mapping(content)
    raise TableError('names, or objects with id, name and color, are expected')


def _read_list(items: Sequence[Any]) -> Draft:
    places = [f'entry {number}' for number in range(1, len(items) + 1)]
    if all(isinstance(item, str) for item in items):
        if all(re.match(r'-?[0-9]+\s*[:=\s]|-?[0-9]+$', item.strip()) for item in items):
            raise TableError(
                f'names that begin with numbers, as {items[0]!r}: write an object from id to name'
            )
        return Draft([Entry(place, item) for place, item in zip(places, items)])
    if all(isinstance(item, Mapping) for item in items):
        keys = [key for item in items for key in item]
        if len(keys) == len(items) and len(set(keys)) > 1 and not any(map(is_title, keys)):
            # - 0: sky
            return _read_mapping({key: item[key] for key, item in zip(keys, items)})
        return _read_objects(items, places)
    if all(isinstance(item, list | tuple) for item in items):
        return read_untitled(items, places)
    odd = next(i for i, item in enumerate(items) if type(item) is not type(items[0]) or i == 0)
    raise TableError(f'{items[odd]!r} is neither a name nor an object', places[odd])


def _read_objects(items: Sequence[Mapping[str, Any]], places: Sequence[str]) -> Draft:
    titles = list(dict.fromkeys(key for item in items for key in item))
    keys = {key_of(title): title for title in titles}
    notes = []
    for marks, tool in SERVERS.items():
        if all(mark in keys for mark in marks) and 'id' in keys:
            titles.remove(keys['id'])
            notes.append(f'the ids of {tool} are those of its server, not of pixels: left out')
            break
    rows = [[item.get(title) for title in titles] for item in items]
    draft = read_columns(titles, rows, places)
    draft.notes += notes
    return draft


def _read_mapping(content: Mapping[Any, Any]) -> Draft:
    """A class for each key, which is its id, its name or its colour."""
    keys = list(content)
    if all(whole(key) is not None for key in keys):
        title = 'id'
    elif all(colour(key) is not None for key in keys):
        title = 'color'
    else:
        title = 'name'
    items = []
    for key, value in content.items():
        item = dict(value) if isinstance(value, Mapping) and colour(value) is None else {}
        if not item:
            item[_title_of(key, value, title)] = value
        elif title == 'name' and any(key_of(each) in ('name', 'title', 'label') for each in item):
            named = next(item[each] for each in item if key_of(each) in ('name', 'title', 'label'))
            if named != key:
                raise TableError(f'is the class called {key!r} or {named!r}?', repr(key))
        if title in item and item[title] != key and whole(item[title]) != whole(key):
            raise TableError(f'{title} {item[title]!r} contradicts its key', repr(key))
        items.append({**item, title: key})
    return _read_objects(items, [repr(key) for key in keys])


def _title_of(key: Any, value: Any, title: str) -> str:
    """What a value that is no object is: an id, a colour or a name."""
    is_shade = colour(value, by_name=title == 'name') is not None
    if is_shade and title != 'color':
        return 'color'
    if whole(value) is not None and title != 'id':
        return 'id'
    if isinstance(value, str) and value.strip() and whole(value) is None and title != 'name':
        return 'name'
    raise TableError(f'{value!r} is neither an id, a name nor a colour of a class', repr(key))
