#!/usr/bin/env python
"""Run MMagic's own tests with and without this project, and print the two counts.

Takes a checkout of MMagic (github.com/open-mmlab/mmagic, tag v1.2.0); its tests run against the
installed toolbox. See docs/compatibility.md.
"""

import argparse
import os
import re
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.ecgan.commands.command_line import ROOT, ToolParser, run_tool

# What a GAN or translation model uses; the other editors need companions, weights or GPUs.
EDITORS = (
    'pix2pix', 'cyclegan', 'dcgan', 'lsgan', 'wgan_gp', 'sagan', 'ggan', 'biggan', 'stylegan2',
    'pggan', 'aotgan', 'srgan', 'esrgan', 'nafnet',
)  # fmt: skip
FOLDERS = (
    'test_models/test_losses',
    'test_models/test_base_models',
    *(f'test_models/test_editors/test_{editor}' for editor in EDITORS),
    'test_engine',
    'test_structures',
    'test_visualization',
    'test_datasets',
    'test_evaluation',
)
OUTCOMES = ('passed', 'failed', 'error', 'skipped')


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkout', type=Path, help='folder that holds tests/')
    parser.add_argument('--logs', type=Path, help="folder for pytest's output")
    return parser


def count_outcomes(output: str) -> dict[str, int]:
    """Counts of pytest's last line: ``290 passed, 16 failed, 2 errors in 3 s``."""
    last = [line for line in output.splitlines() if re.search(r' in [\d.]+s', line)][-1:]
    found = re.findall(r'(\d+) (passed|failed|error|skipped)', last[0] if last else '')
    return {name: sum(int(n) for n, kind in found if kind == name) for name in OUTCOMES}


def compare(args: argparse.Namespace) -> None:
    """Run the tests twice and print the counts."""
    import shutil
    import subprocess
    import tempfile

    from projects.ecgan.errors import MissingFileError
    from projects.ecgan.reports import table

    if not (args.checkout / 'tests').is_dir():
        raise MissingFileError(f'no folder tests in {args.checkout}: give a checkout of MMagic')
    rows = []
    # A copy, because a checkout's own package would be imported in place of the installed one.
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(args.checkout / 'tests', Path(scratch) / 'tests')
        folders = [f'tests/{name}' for name in FOLDERS if (Path(scratch) / 'tests' / name).is_dir()]
        for title, plugin in (('without', []), ('with this project', ['-p', 'projects.ecgan'])):
            done = subprocess.run(
                [
                    *(sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider'),
                    *('--continue-on-collection-errors', *plugin, *folders),
                ],
                cwd=scratch,
                env={**os.environ, 'PYTHONPATH': f'{ROOT}{os.pathsep}{scratch}'},
                capture_output=True,
                text=True,
            )
            if args.logs:
                args.logs.mkdir(parents=True, exist_ok=True)
                (args.logs / f'{title.split()[0]}.log').write_text(done.stdout + done.stderr)
            rows.append([title, *count_outcomes(done.stdout).values()])
    print(f'{len(folders)} of {len(FOLDERS)} folders found\n')
    print(table(['', *OUTCOMES], rows))


main = partial(run_tool, build_parser, compare)

if __name__ == '__main__':
    sys.exit(main())
