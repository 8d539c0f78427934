"""Print versions, devices and the state of the compatibility modules, and what to do about gaps."""

import argparse
import importlib
import platform
import re
import sys
from functools import partial
from importlib import metadata

from .. import compat
from ..compat import missing_companions
from .command_line import ToolParser, run_tool

MMCV_LIMIT = 'MMagic and MMSegmentation refuse mmcv 2.2'
# Distribution, first and last release that works (the last one excluded), and why there is a limit.
PACKAGES: tuple[tuple[str, str, str, str], ...] = (
    ('torch', '2.1', '', ''),
    ('torchvision', '0.16', '', ''),
    ('mmengine', '0.10', '', ''),
    ('onedl-mmengine', '0.10', '0.10.13', 'newer ones were not looked at'),
    ('mmcv-lite', '2.0', '2.2', MMCV_LIMIT),
    ('mmcv', '2.0', '2.2', MMCV_LIMIT),
    ('onedl-mmcv', '2.0', '2.2', MMCV_LIMIT),
    ('mmagic', '1.2', '', ''),
    ('mmsegmentation', '1.2', '', ''),
    ('numpy', '1.22', '', ''),
    ('safetensors', '0.4', '', ''),
    ('opencv-python', '4.5', '', ''),
    ('opencv-python-headless', '4.5', '', ''),
)
# Distributions of one import name: one of them has to be there, the first if there is a choice.
OPENCV = ('opencv-python', 'opencv-python-headless')
SAME_NAME = (('mmengine', 'onedl-mmengine'), ('mmcv-lite', 'mmcv', 'onedl-mmcv'), OPENCV)
MODULES = ('mmengine', 'mmcv', 'mmagic.models', 'mmseg.models', 'projects.ecgan.models')


def report(args: argparse.Namespace) -> int:
    """Print the report.

    Returns:
        Exit status: 0 if everything is there, 1 if something has to be done.
    """
    advice = report_packages()
    advice += report_devices()
    report_compatibility()
    advice += report_imports()
    report_companions()
    print('\nWhat to do')
    for line in advice or ['nothing: everything is there']:
        print(f'  {line}')
    return 1 if advice else 0


def report_packages() -> list[str]:
    """Print the versions; return what to install."""
    print(f'Versions\n  {"python":<22} {platform.python_version()}')
    advice = []
    if not (3, 10) <= sys.version_info[:2] < (3, 15):
        advice.append(f'use Python 3.10 to 3.14, this is {platform.python_version()}')
    found = {name: _version(name) for name, *_ in PACKAGES}
    groups = {name: names for names in SAME_NAME for name in names}
    for name, first, last, reason in PACKAGES:
        version, group = found[name], groups.get(name, (name,))
        if version is not None or len(group) == 1 or name == group[0]:
            fork = (
                f' (a fork: what holds of {group[0]} below holds of it)' if 'onedl' in name else ''
            )
            print(f'  {name:<22} {version or "-"}{fork if version else ""}')
        wanted = f"'{name}>={first}{',<' + last if last else ''}'"
        there = [other for other in group if found[other] is not None]
        if version is None:
            if name == group[0] and not there:
                advice.append(f'install {name}: pip install {wanted}')
        elif _numbers(version) < _numbers(first) or (last and _numbers(version) >= _numbers(last)):
            why = f' ({reason})' if reason else ''
            advice.append(f'{name} {version} does not fit{why}: pip install {wanted}')
        # Two wheels of one OpenCV hold the same files, but for the windows.
        elif name == there[-1] and len(there if group != OPENCV else {*map(found.get, there)}) > 1:
            advice.append(f'{" and ".join(there)} share one folder: uninstall both, install one')
    return advice


def report_devices() -> list[str]:
    """Print the devices; return what to do."""
    print('\nDevices')
    try:
        torch = importlib.import_module('torch')
    except ImportError as error:
        print(f'  torch does not import: {error}')
        return ['make torch import, see above']
    print(f'  CPU: {torch.get_num_threads()} threads; distributed runs use gloo')
    for index in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(index)
        print(f'  GPU {index}: {properties.name}, {properties.total_memory / 2**30:.0f} GiB')
    if torch.version.cuda and not torch.cuda.is_available():
        print(f'  this torch has CUDA {torch.version.cuda}, but no GPU was found')
    return []


def report_compatibility() -> None:
    """Print the state of the compatibility modules."""
    print('\nCompatibility (docs/compatibility.md)')
    for status in compat.status():
        print(f'  {status.name:<18} {status.state:<10} {status.versions}: {status.detail}')


def report_imports() -> list[str]:
    """Import what the toolbox consists of; return what to do."""
    print('\nImports')
    advice = []
    for name in MODULES:
        try:
            importlib.import_module(name)
            print(f'  {name:<18} ok')
        except Exception as error:
            reason = ' '.join(str(error).split())
            print(f'  {name:<18} {type(error).__name__}: {reason}')
            advice.append(f'{name} does not import: install the versions of requirements/lock.txt')
    return advice


def report_companions() -> None:
    """Print what MMagic's diffusion editors need; ECGAN does not, so nothing has to be done."""
    print("\nOnly for MMagic's diffusion editors and albumentations (requirements/companions.txt)")
    for companion in missing_companions.COMPANIONS.values():
        fits = f'does not fit, {companion.works} does' if companion.lack else 'fits'
        version = _version(companion.package)
        print(f'  {companion.package:<22} {f"{version} {fits}" if version else "-"}')


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r'\d+', version.partition('+')[0])[:3])


build_parser = partial(ToolParser, __doc__)
main = partial(run_tool, build_parser, report)
