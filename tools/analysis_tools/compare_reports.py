#!/usr/bin/env python
"""Put several report.json side by side; refuse to compare different protocols."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.ecgan.evaluation.report_comparison import (
    compare_reports,
    describe_differences,
    protocol_differences,
)
from projects.ecgan.evaluation.report_files import read_report


def _name(path: Path) -> str:
    return path.parent.name if path.name == 'report.json' else path.stem


def main(argv: Sequence[str] | None = None) -> int:
    """Compare as the arguments say.

    Args:
        argv: Arguments without the program name; None for those of the command line.

    Returns:
        Exit status: 0, or 1 for different protocols or a file that is not a report.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('reports', nargs='+', type=Path, help='report.json files or their folders')
    parser.add_argument(
        '--allow-different-protocols',
        action='store_true',
        help='compare anyway; the table then says what differs',
    )
    args = parser.parse_args(argv)
    paths = [path.resolve() for path in args.reports]
    names = [_name(path) for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in args.reports]
    try:
        reports = {name: read_report(path) for name, path in zip(names, paths)}
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    differences = protocol_differences(reports)
    if differences and not args.allow_different_protocols:
        print(
            f'error: different protocols: {describe_differences(differences)}. '
            'Use --allow-different-protocols to see them side by side.',
            file=sys.stderr,
        )
        return 1
    print(compare_reports(reports, differences))
    return 0


if __name__ == '__main__':
    sys.exit(main())
