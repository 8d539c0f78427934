"""Where photos and label maps lie: in one folder, in sub-folders, or in two folders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConfigError, MissingFileError

#: Names of folders, in lower case, by what is in them.
FOLDER_NAMES = {
    'photo': (
        'images', 'image', 'imgs', 'img', 'photos', 'photo', 'pictures', 'leftimg8bit',
        'jpegimages', 'rgb', 'img_dir',
    ),
    'label': (
        'labels', 'label', 'label_maps', 'masks', 'mask', 'annotations', 'annotation', 'gtfine',
        'segmentationclass', 'segmentation', 'seg', 'gt', 'maps', 'ann_dir',
    ),
    'instance': ('instances', 'instance', 'inst', 'instance_maps', 'segmentationobject'),
    'edge': ('edges', 'edge', 'edge_maps'),
}  # fmt: skip
#: Names of folders, in lower case, by the part of the data that is in them.
SPLIT_NAMES = {
    'train': ('train', 'training'),
    'val': ('val', 'valid', 'validation'),
    'test': ('test', 'testing'),
}
_SPLIT_OF = {name: split for split, names in SPLIT_NAMES.items() for name in names}


@dataclass(frozen=True)
class Branch:
    """Folders that hold one part of the data.

    Attributes:
        split: 'train', 'val' or 'test' where the folders' names say so, otherwise ''.
        folders: Folder of each kind that there is; 'photo' and 'label' may be the same one.
    """

    split: str
    folders: dict[str, Path]

    @property
    def is_mixed(self) -> bool:
        """Whether photos and label maps lie side by side."""
        return self.folders['photo'] == self.folders['label']


def find_branches(given: Sequence[Path]) -> list[Branch]:
    """Find the folders of photos and label maps.

    Args:
        given: One folder: with sub-folders for photos and label maps (``images/``, ``labels/``
            and so on), perhaps below or joined with names of splits (``train/images``,
            ``train_img``, ``trainannot`` beside ``train``), or with both side by side. Two folders:
            photos, then label maps.

    Raises:
        MissingFileError: There is no such folder.
        ConfigError: There are more than two, or twice the same.
    """
    for folder in given:
        if not folder.is_dir():
            raise MissingFileError(f'no folder at {folder}')
    folders = [folder.expanduser().resolve() for folder in given]
    if len(folders) == 2 and folders[0] != folders[1]:
        return [Branch('', dict(photo=folders[0], label=folders[1]))]
    if len(folders) != 1:
        raise ConfigError(
            f'give one folder, or one of photos and one of label maps; got {len(folders)}'
        )
    root = folders[0]
    inner = {path.name.lower(): path for path in sorted(root.iterdir()) if path.is_dir()}
    found = [('', _kinds(inner))]
    for split, names in SPLIT_NAMES.items():
        for name in names:
            joined = {key: path for key, path in inner.items() if name in key.split('_', 1)}
            joined |= {key: path for key, path in inner.items() if key.rsplit('_', 1)[-1] == name}
            bare = {
                key.removeprefix(f'{name}_').removesuffix(f'_{name}'): path
                for key, path in joined.items()
            }
            found.append((split, _kinds(bare)))
            if name in inner and f'{name}annot' in inner:  # SegNet's CamVid
                found.append((split, dict(photo=inner[name], label=inner[f'{name}annot'])))
            if name in inner:
                below = {p.name.lower(): p for p in sorted(inner[name].iterdir()) if p.is_dir()}
                found.append((split, _kinds(below)))
    branches = [
        Branch(split, kinds) for split, kinds in found if {'photo', 'label'} <= kinds.keys()
    ]
    return branches or [Branch('', dict(photo=root, label=root))]


def _kinds(folders: dict[str, Path]) -> dict[str, Path]:
    """The folder of each kind, by the folders' names."""
    kinds = {}
    for kind, names in FOLDER_NAMES.items():
        known = [folders[name] for name in names if name in folders]
        if known:
            kinds[kind] = known[0]
    return kinds


def split_of(branch: Branch, name: str) -> str:
    """The split of a sample: that of its folders, or the first folder in its name, or ''."""
    return branch.split or (_SPLIT_OF.get(name.split('/')[0].lower(), '') if '/' in name else '')


def list_files(folder: Path, suffixes: Sequence[str]) -> Iterator[str]:
    """Paths below a folder, with slashes, of files that end so; hidden ones are left out."""
    for path in sorted(folder.rglob('*')):
        inner = path.relative_to(folder)
        is_hidden = any(part.startswith('.') for part in inner.parts)
        if path.suffix.lower() in suffixes and not is_hidden and path.is_file():
            yield inner.as_posix()
