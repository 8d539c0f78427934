"""Versions of installed packages, read without importing them."""

import re
from importlib import metadata


def installed(package: str) -> tuple[int, ...] | None:
    """Release numbers of an installed distribution.

    Args:
        package: Name of the distribution, for example ``'mmengine'``.

    Returns:
        For example ``(0, 10, 7)``; None where the package is absent.
    """
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
    return tuple(int(number) for number in re.findall(r'\d+', version.partition('+')[0])[:3])


def older_than(package: str, version: tuple[int, ...]) -> bool:
    """Whether a package is installed in a release before ``version``."""
    found = installed(package)
    return found is not None and found < version
