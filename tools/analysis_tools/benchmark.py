#!/usr/bin/env python
"""Measure what an update or an inference costs, the plain way and the fast way.

Plain computes the same update straightforwardly, as the published code does; fast is what training
does. One run gives both, their ratio, peak memory, and where the time goes. See
docs/measured_speed.md.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.ecgan.commands.command_line import ToolParser, run_tool


def build_parser() -> ToolParser:
    """The arguments; those that are settings of the benchmark have the settings' names."""
    parser = ToolParser(__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument(
        '--layout',
        choices=('cityscapes', 'ade20k', 'coco', 'scenes'),
        default='coco',
        help='the data set',
    )
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
    parser.add_argument(
        '--iters', dest='iterations', type=int, default=5, help='iterations; their median counts'
    )
    parser.add_argument('--warmup', type=int, default=2, help='iterations before')
    parser.add_argument(
        '--modes',
        type=lambda text: text.split(','),
        help='such as plain,fast or fast alone (default: both)',
    )
    parser.add_argument(
        '--size', dest='height', type=int, help="height of the layouts (default: the data set's)"
    )
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
        '--compile',
        nargs='?',
        const='default',
        metavar='MODE',
        help='torch.compile for the residual blocks of fast, in a mode of its own where one is '
        'given, e.g. reduce-overhead (CUDA graphs)',
    )
    parser.add_flag('--keep-memory', 'fast keeps freed memory, as of tools/train.py')
    parser.add_argument(
        '--count',
        nargs='+',
        metavar='RECIPE',
        help='count the operations of an update of these recipes (on a GPU its launches as well, '
        "on a CPU oneDNN's reorders), beside its seconds; with --device, --precision, --threads "
        'and --iters',
    )
    parser.add_argument('--data', metavar='DIR', help='folder of the COCO-Stuff sample')
    parser.add_argument('--json', type=Path, metavar='OUT', help='write the numbers to this file')
    return parser


def benchmark(args: argparse.Namespace) -> None:
    """Measure as the arguments say."""
    from dataclasses import fields

    import projects.ecgan  # noqa: F401  (makes the toolbox sound before it is imported)
    from projects.ecgan.analysis.benchmark import (
        BenchmarkSettings,
        count_update,
        format_count,
        format_report,
        measure,
    )

    if args.count:
        settings = args.device, args.precision, args.threads, args.iterations
        report = [count_update(name, *settings) for name in args.count]
        _show('\n\n'.join(map(format_count, report)), report, args.json)
        return
    names = [field.name for field in fields(BenchmarkSettings) if field.name in args]
    report = measure(BenchmarkSettings(**{name: getattr(args, name) for name in names}), args.modes)
    _show(format_report(report), report, args.json)


def _show(text: str, report: dict | list, path: Path | None) -> None:
    import json

    print(text)
    if path:
        path.write_text(json.dumps(report, indent=2) + '\n', encoding='utf-8')


main = partial(run_tool, build_parser, benchmark)

if __name__ == '__main__':
    sys.exit(main())
