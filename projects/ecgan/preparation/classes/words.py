"""Tables of classes as words between blanks: numbers and colours around a name."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from .columns import is_name_title, is_title, read_columns
from .delimited import read_titled
from .entries import Draft
from .text_line import TextLine, name_of
from .untitled import FORMS, read_untitled
from .values import TableError, key_of

_WORD = re.compile(r'"[^"]*"|\S+')
_VALUE = re.compile(r'[-+]?[0-9]+|[-+]?[0-9]*\.[0-9]+|#[0-9a-fA-F]{6}')
_BRACKETS = re.compile(r'(?:rgba?)?[(\[]([0-9.,;\s]+)[)\]]', re.IGNORECASE)
_CHANNELS = 3
# A class may be called text or object.
_ONLY_TITLES = (
    'name', 'names', 'class', 'classes', 'classname', 'classnames', 'label', 'labels', 'labelname',
    'labelnames', 'categoryname',
)  # fmt: skip


class _Split(NamedTuple):
    """A line: what stands before its name, the name, what stands after it."""

    head: list[str]
    name: str
    tail: list[str]


def read_words(lines: Sequence[TextLine], comments: Sequence[str], may_be_nameless: bool) -> Draft:
    """Read lines, with titles in the first one, in a comment, or without.

    Raises:
        TableError: A line is not understood, or unlike the others.
    """
    first = lines[0].text.strip()
    is_title_alone = re.fullmatch(r'[\w \-"]+', first) and key_of(first) in _ONLY_TITLES
    if is_title_alone and len(lines) > 1:
        rows = [[name_of(line.text, line)] for line in lines[1:]]
        draft = read_columns(['name'], rows, [line.place for line in lines[1:]])
        draft.notes.append(f'the first line, {first!r}, is taken for a title')
        return draft
    for text, rest in ((first, lines[1:]), *((comment, lines) for comment in comments)):
        titles = _words(text)
        are_titles = len(titles) > 1 and all(map(is_title, titles))
        if are_titles and rest and any(map(is_name_title, titles)):
            return read_titled(titles, [_under(titles, line) for line in rest], rest)
    split = [_split(line, may_be_nameless) for line in lines]
    rows = _aligned(split, lines)
    return read_untitled(rows, [line.place for line in lines], may_be_nameless)


def _words(text: str) -> list[str]:
    return [word.strip('"') for word in _WORD.findall(text)]


def _under(titles: Sequence[str], line: TextLine) -> list[str]:
    """Words of a line, those that are too many being of the name."""
    words = _words(_BRACKETS.sub(r'"\1"', line.text))
    spare = len(words) - len(titles)
    if spare < 0:
        raise TableError(f'{len(words)} words under {len(titles)} titles', line.place)
    start = next(index for index, title in enumerate(titles) if is_name_title(title))
    end = start + spare + 1
    return [*words[:start], name_of(' '.join(words[start:end]), line), *words[end:]]


def _split(line: TextLine, may_be_nameless: bool) -> _Split:
    text = _BRACKETS.sub(lambda match: re.sub('[,;]', ' ', match[1]), line.text)
    words = _WORD.findall(text)
    texts = [index for index, word in enumerate(words) if not _VALUE.fullmatch(word)]
    if not texts:
        if may_be_nameless:
            return _Split(words, '', [])
        raise TableError(f'{line.shown} is none of {FORMS}', line.place)
    start, end = texts[0], texts[-1] + 1
    name = ' '.join(words[start:end])
    return _Split(words[:start], name_of(name, line), words[end:])


def _aligned(split: Sequence[_Split], lines: Sequence[TextLine]) -> list[list[str]]:
    """The same columns in each line; a line may lack what stands after the name."""
    before = max(len(each.head) for each in split)
    if before == _CHANNELS:
        # datumaro leaves out the colour where a class has none.
        split = [each if each.head else each._replace(head=[''] * before) for each in split]
    after = max(len(each.tail) for each in split)
    counts = {len(each.tail) for each in split}
    names = [each.name for each in split]
    if not before and counts == {1} and len(names) > len(set(names)):
        # lane 1, lane 2: as ids they would be of one class.
        return [[f'{each.name} {each.tail[0]}'] for each in split]
    are_numbers = not any('#' in value for each in split for value in each.tail)
    if before and counts == {0, 1} and are_numbers:
        # Numbers that only some names end in are parts of these.
        split, after = [_Split(e.head, ' '.join([e.name, *e.tail]), []) for e in split], 0
    for each, line in zip(split, lines):
        if len(each.head) != before:
            raise TableError(
                f'{line.shown} begins with {len(each.head)} numbers, another line with {before}: '
                f'lines are {FORMS}, all alike; a name that begins with a number is put into '
                'quotation marks',
                line.place,
            )
        if len(each.tail) not in (after, 0 if after > 1 else after):
            raise TableError(
                f'{line.shown} ends in {len(each.tail)} numbers, others in {after}: give each '
                'class the same, or put a name that ends in a number into quotation marks',
                line.place,
            )
    return [[*each.head, each.name, *each.tail] for each in split]
