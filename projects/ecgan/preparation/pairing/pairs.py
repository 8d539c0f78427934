"""Samples of a data set: which files belong together."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from ..findings import Finding
from .folders import Branch, split_of
from .name_ends import stem_of


@dataclass(frozen=True)
class Pair:
    """The files of one sample.

    Attributes:
        branch: Where they lie.
        name: Path below the folder without end and suffix, as the data set calls it.
        files: File of each kind that there is.
        listed: 'train', 'val' or 'test' where a list of names says so, otherwise ''.
    """

    branch: Branch
    name: str
    files: dict[str, Path]
    listed: str = ''

    @property
    def split(self) -> str:
        """'train', 'val', 'test', or '' where neither folders nor lists say."""
        return self.listed or split_of(self.branch, self.name)

    @property
    def title(self) -> str:
        """What findings call it."""
        return title_of(self.branch, self.name)

    def suffix(self, kind: str) -> str:
        """What a kind's file has behind the sample's name, as the data set takes it."""
        folder = self.branch.folders.get(kind, self.branch.folders['label'])
        behind = self.files[kind].relative_to(folder).as_posix()[len(self.name) :]
        end = stem_of(behind)
        return end + behind[len(end) :].lower()


@dataclass(frozen=True)
class Pairing:
    """All samples of a data set.

    Attributes:
        pairs: The samples.
        ends: What names of each kind end with before the suffix, in most of the branches.
        findings: Files without a counterpart or with several.
        notes: Which folders and ends were taken, which would do as well, what is left out.
        one_mask_a_class: Where there is a mask for each class in place of label maps: title of a
            pair -> class -> files. The pairs have no label map then, see :meth:`with_label_maps`.
    """

    pairs: list[Pair]
    ends: dict[str, str]
    findings: list[Finding]
    notes: list[str] = field(default_factory=list)
    one_mask_a_class: dict[str, dict[str, list[Path]]] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        """How the files pair, in words."""
        if not any(self.ends.values()):
            return 'files of the same name'
        return 'files of the same name, then ' + ', '.join(
            f'{end!r} ({kind})' for kind, end in self.ends.items() if end
        )

    def with_label_maps(self, folder: Path) -> 'Pairing':
        """The same with label maps that were drawn: ``TITLE.png`` of each pair in a folder."""
        branches = {
            pair.branch.split: replace(
                pair.branch, folders={**pair.branch.folders, 'label': folder / pair.branch.split}
            )
            for pair in self.pairs
        }
        pairs = [
            replace(
                pair,
                branch=branches[pair.branch.split],
                files={**pair.files, 'label': folder / f'{pair.title}.png'},
            )
            for pair in self.pairs
        ]
        return replace(self, pairs=pairs, one_mask_a_class={})


def title_of(branch: Branch, name: str) -> str:
    """What findings call a sample: with the split where that is a matter of folders."""
    return f'{branch.split}/{name}' if branch.split else name
