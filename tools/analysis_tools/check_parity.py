"""Check that this project's networks and losses compute what the released ones do.

Reads folders of golden numbers, gives this project's generator and discriminator the weights they
describe, and compares images, discriminator outputs, losses and gradient norms. Exits with 1 if a
number is beyond its tolerance. See docs/parity.md.
"""

import argparse
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import projects.ecgan  # noqa: F401  (makes the toolbox sound before it is imported)
from projects.ecgan.models.converters import Comparison, compare_case, read_golden
from projects.ecgan.models.layers.indexed_convolution import MODES


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Compare the networks and losses with golden numbers of the released code.'
    )
    parser.add_argument('folders', nargs='+', metavar='DIR', help='folders of golden numbers')
    parser.add_argument('--device', default='cpu', help='where to compute, such as cuda:0')
    parser.add_argument(
        '--dtype', choices=('float32', 'float64'), default='float32', help='computed in this type'
    )
    parser.add_argument(
        '--layout-mode',
        choices=MODES,
        default='auto',
        help='how layers that convolve the layout compute (all ways are to give the same numbers)',
    )
    return parser.parse_args(arguments)


def format_table(comparisons: list[Comparison]) -> str:
    """Tabulate, for each group, the number that comes closest to its tolerance or exceeds it.

    Args:
        comparisons: Comparisons of one case.

    Returns:
        Text of one line a group.
    """
    groups: dict[str, list[Comparison]] = {}
    for comparison in comparisons:
        groups.setdefault(comparison.group, []).append(comparison)
    lines = [f'{"group":<32} {"compared":>8} {"error":>10} {"tolerance":>10} {"verdict":<7} worst']
    for group, members in groups.items():
        # not passed first, so that a NaN, which no order places, is not hidden
        worst = max(members, key=lambda c: (not c.passed, c.ratio))
        verdict = 'ok' if worst.passed else 'FAILED'
        lines.append(
            f'{group:<32} {len(members):>8} {worst.error:>10.1e} {worst.tolerance:>10.1e} '
            f'{verdict:<7} {worst.name}'
        )
    return '\n'.join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the tool.

    Args:
        arguments: Command line, without the program's name.

    Returns:
        Exit status: 0 if all is within tolerance, 1 if not, 2 if a folder cannot be compared.
    """
    args = parse_args(arguments)
    # TensorFloat-32 keeps 10 bits of a product's factors, which the tolerances do not forgive.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    failed = 0
    for folder in args.folders:
        try:
            case = read_golden(folder)
            comparisons = compare_case(
                case, args.device, getattr(torch, args.dtype), args.layout_mode
            )
        except (FileNotFoundError, KeyError, ValueError) as error:
            print(f'error: {folder}: {error.args[0]}', file=sys.stderr)
            return 2
        beyond = [c for c in comparisons if not c.passed]
        failed += len(beyond)
        print(f'{case.name} ({args.device}, {args.dtype}, layout mode {args.layout_mode})')
        print(format_table(comparisons))
        print(f'{len(comparisons)} compared, {len(beyond)} beyond tolerance\n')
    print('parity holds' if not failed else f'parity does NOT hold: {failed} beyond tolerance')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
