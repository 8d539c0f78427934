"""Versions of installed packages, read without importing them."""

from importlib import metadata

from packaging.version import Version


def installed(package: str) -> Version | None:
    """Version of an installed distribution; None where it is absent."""
    try:
        return Version(metadata.version(package))
    except metadata.PackageNotFoundError:
        return None


def older_than(package: str, version: str) -> bool:
    """Whether a package is installed in a release before ``version``."""
    found = installed(package)
    return found is not None and found < Version(version)
