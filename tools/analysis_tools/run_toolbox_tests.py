#!/usr/bin/env python
"""Run the toolbox's own tests with and without this project, and print the counts.

Takes checkouts of MMagic (github.com/open-mmlab/mmagic, tag v1.2.0) and of MMSegmentation
(github.com/open-mmlab/mmsegmentation, tag v1.2.2), of each the tests of what a GAN, a translation
model or a segmentor here uses; they run against the installed toolbox. See docs/compatibility.md.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from functools import partial
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.ecgan.commands.command_line import ROOT, ToolParser, run_tool


class Suite(NamedTuple):
    """Tests of one toolbox.

    Attributes:
        title: Name of the toolbox.
        mark: Path below tests/ that no other toolbox has.
        paths: Files and folders below tests/ that are run.
        packages: Distributions that it is installed as.
    """

    title: str
    mark: str
    paths: tuple[str, ...]
    packages: tuple[str, ...]


# Distributions that the toolboxes stand on.
BELOW = ('mmengine', 'onedl-mmengine', 'mmcv-lite', 'mmcv', 'onedl-mmcv')
# What a GAN or translation model uses; the other editors need companions, weights or GPUs.
EDITORS = (
    'pix2pix', 'cyclegan', 'dcgan', 'lsgan', 'wgan_gp', 'sagan', 'ggan', 'biggan', 'stylegan2',
    'pggan', 'aotgan', 'srgan', 'esrgan', 'nafnet',
)  # fmt: skip
SUITES = (
    Suite(
        'MMagic',
        'test_models/test_editors',
        (
            'test_models/test_losses',
            'test_models/test_base_models',
            *(f'test_models/test_editors/test_{editor}' for editor in EDITORS),
            'test_engine',
            'test_structures',
            'test_visualization',
            'test_datasets',
            'test_evaluation',
        ),
        ('mmagic',),
    ),
    # The segmentors are the U-Net with the FCN head, which judges here, and SegFormer.
    Suite(
        'MMSegmentation',
        'test_models/test_segmentors',
        (
            'test_models/test_losses',
            'test_models/test_data_preprocessor.py',
            'test_models/test_segmentors',
            *(f'test_models/test_backbones/test_{name}.py' for name in ('unet', 'mit')),
            *(f'test_models/test_heads/test_{name}_head.py' for name in ('fcn', 'segformer')),
            'test_datasets/test_transform.py',
            'test_datasets/test_loading.py',
            'test_datasets/test_formatting.py',
            'test_evaluation',
        ),
        ('mmsegmentation', 'onedl-mmsegmentation'),
    ),
)
OUTCOMES = ('passed', 'failed', 'error', 'skipped')


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkouts', type=Path, nargs='+', help='folders that hold tests/')
    parser.add_argument('--logs', type=Path, help="folder for pytest's output")
    return parser


def count_outcomes(output: str) -> dict[str, int]:
    """Counts of pytest's last line: ``290 passed, 16 failed, 2 errors in 3 s``."""
    last = [line for line in output.splitlines() if re.search(r' in [\d.]+s', line)][-1:]
    found = re.findall(r'(\d+) (passed|failed|error|skipped)', last[0] if last else '')
    return {name: sum(int(n) for n, kind in found if kind == name) for name in OUTCOMES}


def find_suite(checkout: Path) -> Suite:
    """Which toolbox a checkout is of.

    Raises:
        MissingFileError: It has no tests of either.
    """
    from projects.ecgan.errors import MissingFileError

    for suite in SUITES:
        if (checkout / 'tests' / suite.mark).is_dir():
            return suite
    marks = ' nor '.join(f'tests/{suite.mark}' for suite in SUITES)
    raise MissingFileError(
        f'{checkout} has neither {marks}: give a checkout of MMagic or MMSegmentation'
    )


def describe(suite: Suite) -> str:
    """The toolbox and the releases that are installed of it and below it."""
    from projects.ecgan.compat._versions import installed

    found = [(name, installed(name)) for name in (*suite.packages, *BELOW)]
    there = ', '.join(f'{name} {version}' for name, version in found if version)
    return f'{suite.title} ({there or "not installed"})'


def run_suite(suite: Suite, checkout: Path, plugin: bool, log: Path | None) -> dict[str, int]:
    """Run the tests of a checkout in a process of their own.

    Args:
        suite: Which tests.
        checkout: Where they are.
        plugin: Whether this project is imported first.
        log: File for pytest's output.

    Returns:
        Outcome -> how many tests.
    """
    import shutil
    import subprocess
    import tempfile

    # A copy, because a checkout's own package would be imported in place of the installed one.
    with tempfile.TemporaryDirectory() as scratch:
        for folder in ('tests', 'configs'):
            if (checkout / folder).is_dir():
                shutil.copytree(checkout / folder, Path(scratch) / folder)
        paths = [f'tests/{name}' for name in suite.paths if (checkout / 'tests' / name).exists()]
        done = subprocess.run(
            [
                *(sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider'),
                '--continue-on-collection-errors',
                *(('-p', 'projects.ecgan') if plugin else ()),
                *paths,
            ],
            cwd=scratch,
            env={**os.environ, 'PYTHONPATH': f'{ROOT}{os.pathsep}{scratch}'},
            capture_output=True,
            text=True,
        )
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stdout + done.stderr)
    return count_outcomes(done.stdout)


def compare(args: argparse.Namespace) -> None:
    """Run the tests of every checkout twice and print the counts."""
    from projects.ecgan.reports import table

    suites = [find_suite(checkout) for checkout in args.checkouts]
    rows = []
    for suite, checkout in zip(suites, args.checkouts):
        found = [(checkout / 'tests' / name).exists() for name in suite.paths]
        print(f'{checkout}: {sum(found)} of {len(found)} files and folders found', flush=True)
        for plugin, title in ((False, 'without'), (True, 'with')):
            log = args.logs and args.logs / f'{suite.title.lower()}_{title}.log'
            counts = run_suite(suite, checkout, plugin, log)
            rows.append([describe(suite), f'{title} this project', *counts.values()])
    print()
    print(table(['tests of', '', *OUTCOMES], rows))


main = partial(run_tool, build_parser, compare)

if __name__ == '__main__':
    sys.exit(main())
