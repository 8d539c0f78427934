"""What can be wrong with the files of a data set, and which of it keeps a pair from training."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of finding: what it is called, and whether such a pair is left out."""

    heading: str
    left_out: bool


#: All kinds of findings, the gravest first.
KINDS = {
    'unreadable': Kind('Files that cannot be read', True),
    'photo alone': Kind('Photos without a label map', True),
    'map alone': Kind('Label maps without a photo', True),
    'two photos': Kind('Several photos for one label map', True),
    'two maps': Kind('Several label maps for one photo', True),
    'size': Kind('Label maps of another size than their photo', True),
    'coding': Kind('Label maps of another kind than the rest', True),
    'smeared': Kind('Label maps with blended values (JPEG, or resized smoothly)', True),
    'id': Kind('Ids out of range', True),
    'colour': Kind('Colours without a class', True),
    'stray': Kind('Ids or colours on a few pixels of one map only', True),
    'other map': Kind('Instance or edge maps that are missing or do not fit', True),
    'same photo': Kind('Photos that are there twice', True),
    'photo form': Kind('Photos stored in another form than the rest (kept)', False),
    'same map': Kind('Equal label maps for different photos (kept)', False),
    'set': Kind('About all label maps together (kept)', False),
    'one id': Kind('Label maps of one id only (kept)', False),
}


class Finding(NamedTuple):
    """Something wrong with one sample.

    Attributes:
        kind: A key of :data:`KINDS`.
        name: The sample.
        text: What exactly.
    """

    kind: str
    name: str
    text: str

    @property
    def sentence(self) -> str:
        """The finding in one line."""
        return f'{self.name}: {self.text}'
