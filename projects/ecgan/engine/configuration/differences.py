"""In which entries two configs differ."""

from collections.abc import Iterator
from typing import Any, NamedTuple

_LONGEST = 70


class _Absent:
    def __repr__(self) -> str:
        return 'absent'


ABSENT = _Absent()


class Difference(NamedTuple):
    """An entry in which two configs differ: dotted key, both values, ``ABSENT`` where it is not."""

    key: str
    old: Any
    new: Any

    def __str__(self) -> str:
        """In one line, shortened."""
        return f'{self.key}: {_short(self.old)} -> {_short(self.new)}'

    @property
    def leaves(self) -> set[str]:
        """Keys of all single values in which the two differ."""
        old, new = (dict(_leaves(value, self.key)) for value in (self.old, self.new))
        return {key for key in {*old, *new} if old.get(key, ABSENT) != new.get(key, ABSENT)}


def differences(old: Any, new: Any, key: str = '') -> list[Difference]:
    """Compare two configs, or two entries of that key.

    Dicts are compared entry by entry, and so are lists of dicts as long as each other, whose
    entries go by their numbers. Tuples are lists.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        pairs = [(name, old.get(name, ABSENT), new.get(name, ABSENT)) for name in {**old, **new}]
    elif _are_alike(old, new):
        pairs = list(zip(range(len(old)), old, new))
    else:
        return [] if _plain(old) == _plain(new) else [Difference(key, old, new)]
    inner = [differences(*values, f'{key}.{name}' if key else str(name)) for name, *values in pairs]
    return [each for found in inner for each in found]


def _are_alike(old: Any, new: Any) -> bool:
    """Whether two values are lists of as many dicts."""
    lists = isinstance(old, list | tuple) and isinstance(new, list | tuple)
    return lists and len(old) == len(new) and all(isinstance(each, dict) for each in (*old, *new))


def _plain(value: Any) -> Any:
    """The value with lists for its tuples."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _leaves(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Single values below an entry, with their keys; lists are single values."""
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from _leaves(each, f'{key}.{name}')
    elif value is not ABSENT:
        yield key, value


def _short(value: Any) -> str:
    if isinstance(value, list | tuple) and any(isinstance(each, dict) for each in value):
        return f'a list of {len(value)}'
    text = repr(value)
    return text if len(text) <= _LONGEST else f'{text[: _LONGEST - 4]} ...'
