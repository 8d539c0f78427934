"""Version of the plugin, and of what it runs on."""

from importlib.metadata import PackageNotFoundError, version

__version__ = '0.1.0'

# Distributions of a toolbox, OpenMMLab's and OneDL's.
TOOLBOX_PACKAGES = (
    'mmengine',
    'mmcv',
    'mmcv-lite',
    'mmagic',
    'mmsegmentation',
    'onedl-mmengine',
    'onedl-mmcv',
    'onedl-mmcv-cu128-torch2-8',
    'onedl-mmsegmentation',
)


def package_versions(*names: str) -> dict[str, str]:
    """Versions of installed distributions, not imported for it; absent ones are left out."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
