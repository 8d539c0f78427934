"""Measure what an update or an inference costs, the plain way and the fast way.

Plain computes the same update straightforwardly, as the published code does; fast is what training
does. One run gives both, their ratio, peak memory, and where the time goes. See
docs/performance.md.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import projects.ecgan  # noqa: F401  (makes the toolbox sound before it is imported)
from projects.ecgan.benchmark import LAYOUTS, BenchmarkSettings, format_report, measure


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Measure updates and inferences, plain against fast.',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument('--layout', choices=tuple(LAYOUTS), default='coco', help='the data set')
    parser.add_argument(
        '--what',
        choices=('train', 'infer', 'data', 'losses'),
        default='train',
        help='update; inference; data pipeline against update; each loss, and all losses '
        'against the base ones',
    )
    parser.add_argument('--batch', type=int, help='layouts in a batch (default: 1; scenes 8)')
    parser.add_argument(
        '--precision', choices=('fp32', 'bf16'), default='fp32', help='of fast; plain is fp32'
    )
    parser.add_argument('--device', default='cpu', help='where to compute, such as cuda')
    parser.add_argument('--threads', type=int, default=2, help='CPU threads')
    parser.add_argument('--iters', type=int, default=5, help='iterations; their median counts')
    parser.add_argument('--warmup', type=int, default=2, help='iterations before')
    parser.add_argument('--modes', help='such as plain,fast or fast alone (default: both)')
    parser.add_argument('--size', type=int, help="height of the layouts (default: the data set's)")
    parser.add_argument('--base-channels', type=int, help='width (default: 64; scenes 16)')
    parser.add_argument('--classes', type=int, help="number of classes (default: the data set's)")
    parser.add_argument(
        '--recompute',
        nargs='+',
        default=[],
        metavar='BLOCK',
        help='blocks of the trunk whose activations fast does not keep, e.g. up_2 up_3',
    )
    parser.add_argument(
        '--compile', action='store_true', help='torch.compile for the residual blocks of fast'
    )
    parser.add_argument(
        '--keep-memory', action='store_true', help='fast keeps freed memory, as of tools/train.py'
    )
    parser.add_argument('--data', metavar='DIR', help='folder of the COCO-Stuff sample')
    parser.add_argument('--json', metavar='OUT', help='write the numbers to this file')
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the tool.

    Args:
        arguments: Command line, without the program's name.

    Returns:
        Exit status: 0, or 2 if the benchmark cannot be run.
    """
    args = parse_args(arguments)
    settings = BenchmarkSettings(
        layout=args.layout,
        what=args.what,
        batch=args.batch,
        height=args.size,
        base_channels=args.base_channels,
        classes=args.classes,
        precision=args.precision,
        recompute=tuple(args.recompute),
        compile=args.compile,
        keep_memory=args.keep_memory,
        device=args.device,
        threads=args.threads,
        iterations=args.iters,
        warmup=args.warmup,
        data=args.data,
    )
    try:
        report = measure(settings, args.modes.split(',') if args.modes else None)
    except (ValueError, RuntimeError, FileNotFoundError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    print(format_report(report))
    if args.json:
        Path(args.json).write_text(json.dumps(report, indent=2) + '\n', encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
