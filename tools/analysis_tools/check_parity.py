#!/usr/bin/env python
"""Check that this project's networks and losses compute what the released ones do.

Reads folders of golden numbers, gives this project's generator and discriminator the weights they
describe, and compares images, discriminator outputs, losses and gradient norms. Exits with 1 if a
number is beyond its tolerance. See docs/architecture.md.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.ecgan.commands.command_line import ToolParser, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('folders', nargs='+', metavar='DIR', help='folders of golden numbers')
    parser.add_argument('--device', default='cpu', help='where to compute, such as cuda:0')
    parser.add_argument(
        '--dtype', choices=('float32', 'float64'), default='float32', help='computed in this type'
    )
    parser.add_argument(
        '--layout-mode',
        choices=('auto', 'plain', 'indexed'),
        default='auto',
        help='how layers that convolve the layout compute (all ways are to give the same numbers)',
    )
    return parser


def check(args: argparse.Namespace) -> int:
    """Compare as the arguments say; 1 where a number is beyond its tolerance."""
    import torch

    import projects.ecgan  # noqa: F401  (makes the toolbox sound before it is imported)
    from projects.ecgan.analysis.parity import compare_case, format_table, read_golden

    # TensorFloat-32 keeps 10 bits of a product's factors, which the tolerances do not forgive.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    failed = 0
    for folder in args.folders:
        case = read_golden(folder)
        comparisons = compare_case(case, args.device, getattr(torch, args.dtype), args.layout_mode)
        beyond = [c for c in comparisons if not c.passed]
        failed += len(beyond)
        print(f'{case.name} ({args.device}, {args.dtype}, layout mode {args.layout_mode})')
        print(format_table(comparisons))
        print(f'{len(comparisons)} compared, {len(beyond)} beyond tolerance\n')
    print('parity holds' if not failed else f'parity does NOT hold: {failed} beyond tolerance')
    return 1 if failed else 0


main = partial(run_tool, build_parser, check)

if __name__ == '__main__':
    sys.exit(main())
