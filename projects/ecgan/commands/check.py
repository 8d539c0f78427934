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
from ..compat._stacks import FORKED, OWNERS, installed_owners, repairs, stack_of
from ..compat._versions import PREBUILT_MMCV
from ..errors import TOOLBOX, MissingToolboxError
from .command_line import ToolParser, run_tool

UNSEEN = 'newer ones were not looked at'
# Distribution, first and last release that works (the last one excluded), and why there is a limit.
PACKAGES: tuple[tuple[str, str, str, str], ...] = (
    ('torch', '2.1', '', ''),
    ('torchvision', '0.16', '', ''),
    ('mmengine', '0.10', '', ''),
    ('onedl-mmengine', '0.10', '0.10.13', UNSEEN),
    ('mmcv-lite', '2.0', '2.3', UNSEEN),
    ('mmcv', '2.0', '2.3', UNSEEN),
    ('onedl-mmcv', '2.3', '2.4', UNSEEN),
    (PREBUILT_MMCV, '2.3', '2.4', UNSEEN),
    ('mmagic', '1.2', '', ''),
    ('mmsegmentation', '1.2', '', ''),
    ('onedl-mmsegmentation', '1.4', '1.5', UNSEEN),
    ('numpy', '1.22', '', ''),
    ('safetensors', '0.4', '', ''),
    ('opencv-python', '4.5', '', ''),
    ('opencv-python-headless', '4.5', '', ''),
    ('opencv-contrib-python', '4.5', '', ''),
)
FORK = 'onedl-'
MODULES = ('mmengine', 'mmcv', 'mmagic.models', 'mmseg.models', 'projects.ecgan.models')


def report(args: argparse.Namespace) -> int:
    """Print the report.

    Returns:
        Exit status: 0 if everything is there, 1 if something has to be done.
    """
    advice = report_stack()
    advice += report_packages()
    advice += report_devices()
    report_compatibility()
    advice += report_imports()
    report_companions()
    print('\nWhat to do')
    for line in advice or ['nothing: everything is there']:
        print(f'  {line}')
    return 1 if advice else 0


def report_stack() -> list[str]:
    """Print whose toolbox is installed; return what to install, or how to mend what overlaps."""
    owners = installed_owners()
    print(f'Stack\n  {stack_of(owners) or "no toolbox"}\n')
    if not stack_of(owners):
        return [str(MissingToolboxError(TOOLBOX[0]))]
    return repairs(owners)


def report_packages() -> list[str]:
    """Print the versions; return what to install."""
    print(f'Versions\n  {"python":<22} {platform.python_version()}')
    advice = []
    if not (3, 10) <= sys.version_info[:2] < (3, 15):
        advice.append(f'use Python 3.10 to 3.14, this is {platform.python_version()}')
    found = {name: _version(name) for name, *_ in PACKAGES}
    groups = {name: names for names in OWNERS.values() for name in names}
    forks = any(found[name] for name in found if name.startswith(FORK))
    # Without any of it, one line tells how to install a toolbox.
    bare = not any(found[name] for module in FORKED for name in OWNERS[module])
    for name, first, last, reason in PACKAGES:
        version, group = found[name], groups.get(name, (name,))
        absent = not any(map(found.get, group))
        wanted = f"'{name}>={first}{',<' + last if last else ''}'"
        if absent and name == _of_stack(group, forks):
            print(f'  {name:<22} -')
            if not (bare and (name == 'mmagic' or group in map(OWNERS.get, FORKED))):
                advice.append(f'install {name}: pip install {wanted}')
        elif version is not None:
            print(f'  {name:<22} {version}')
            new = last and _numbers(version) >= _numbers(last)
            if new or _numbers(version) < _numbers(first):
                why = f' ({reason})' if reason else ''
                advice.append(f'{name} {version} does not fit{why}: pip install {wanted}')
    return advice


def _of_stack(group: tuple[str, ...], forks: bool) -> str:
    """The distribution of one import name that goes with the others."""
    return next((name for name in group if name.startswith(FORK) is forks), group[0])


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
            absent = isinstance(error, ModuleNotFoundError) and error.name in TOOLBOX
            reason = ' '.join(str(error).split())
            print(f'  {name:<18} {type(error).__name__}: {reason}')
            if not absent:  # told above
                advice.append(
                    f'{name} does not import: install the versions of requirements/lock.txt, or '
                    "lock-onedl.txt for OneDL's forks"
                )
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
