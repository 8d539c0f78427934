"""Whose toolbox is installed: OpenMMLab's releases, OneDL's forks, or files of both in one folder.

Read from what installers have noted of their files; nothing is imported.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata

from ._versions import FORKS, PREBUILT_MMCV

# What is imported -> distributions that own it; of two that are there, the later one is kept.
OWNERS = {
    'mmengine': ('mmengine', FORKS['mmengine']),
    'mmcv': ('mmcv-lite', 'mmcv', FORKS['mmcv'], PREBUILT_MMCV),
    'mmseg': ('mmsegmentation', FORKS['mmsegmentation']),
    'cv2': (
        'opencv-python',
        'opencv-contrib-python',
        'opencv-python-headless',  # servers lack the libGL that those above need
        'opencv-contrib-python-headless',
    ),
}
FORKED = ('mmengine', 'mmcv', 'mmseg')


@dataclass(frozen=True)
class Installed:
    """A distribution by its normalised name, its version, its folder, and modules it put there."""

    name: str
    version: str
    folder: str
    modules: frozenset[str]


def installed_owners() -> dict[str, list[Installed]]:
    """Module of :data:`OWNERS` -> the distributions that own it, the one to keep last.

    Any distribution counts whose files are there, by whatever name it was installed; of several
    folders the one that Python imports from.
    """
    found = [*dict.fromkeys(_installed(metadata.distributions()))]
    owners = {}
    for module, names in OWNERS.items():
        there = [each for each in found if module in each.modules]
        owners[module] = sorted(
            (each for each in there if each.folder == there[0].folder),
            key=lambda each: names.index(each.name) if each.name in names else -1,
        )
    return owners


def _installed(distributions: Iterable[metadata.Distribution]) -> Iterator[Installed]:
    for each in distributions:
        starts = {f'{module}/__init__.py': module for module in OWNERS}
        # Torch alone has ten thousand files: the text is searched, not split.
        record = each.read_text('RECORD')
        if record is None:
            files = {file.as_posix() for file in each.files or ()}
        else:
            files = {start for start in starts if f'\n{start},' in f'\n{record}'}
        modules = frozenset(starts[file] for file in files & starts.keys())
        if modules:
            name = re.sub(r'[-_.]+', '-', each.metadata['Name']).lower()
            yield Installed(name, each.version, str(each.locate_file('')), modules)


def stack_of(owners: dict[str, list[Installed]]) -> str:
    """What the toolbox consists of, in words; '' where there is none."""
    kept = [owners[module][-1].name for module in FORKED if owners[module]]
    forks = [name for name in kept if name.startswith('onedl-')]
    if not kept:
        return ''
    if forks and len(forks) < len(kept):
        others = [name for name in kept if name not in forks]
        return f"a mix: {', '.join(forks)} of OneDL's with {', '.join(others)}"
    return "OneDL's forks" if forks else "OpenMMLab's releases"


def repairs(owners: dict[str, list[Installed]]) -> list[str]:
    """Distributions that have overwritten each other's files, and the commands that mend it."""
    return [
        f'{" and ".join(each.name for each in several)} own the same files ({module}/): '
        f'pip uninstall -y {" ".join(each.name for each in several)} && '
        f'pip install --no-deps {several[-1].name}=={several[-1].version}'
        for module, several in owners.items()
        # Wheels of one OpenCV hold the same files, but for the windows.
        if len(several) > 1 and (module != 'cv2' or len({each.version for each in several}) > 1)
    ]
