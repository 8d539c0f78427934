"""Versions of installed packages, read without importing them.

``packaging`` is imported where a package is found: this project imports without it, and so says
what is missing in an empty environment.
"""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.version import Version

# Distribution -> OneDL's fork of it, which has the same import name.
FORKS = {
    'mmengine': 'onedl-mmengine',
    'mmcv': 'onedl-mmcv',
    'mmsegmentation': 'onedl-mmsegmentation',
}
# The one of OneDL's wheels with compiled operators that a package index has.
PREBUILT_MMCV = 'onedl-mmcv-cu128-torch2-8'


def installed(package: str) -> Version | None:
    """Version of an installed distribution; None where it is absent."""
    try:
        found = metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
    from packaging.version import Version

    return Version(found)


def older_than(package: str, version: str) -> bool:
    """Whether a package is installed in a release before ``version``."""
    found = installed(package)
    return found is not None and found < type(found)(version)
