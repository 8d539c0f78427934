"""Write a trained generator as ONNX, torch.export's program, a model file, or a page."""

import argparse
from functools import partial
from pathlib import Path

from .command_line import ToolParser, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('checkpoint', help='the model: name, file or address')
    parser.add_argument(
        'out',
        type=Path,
        help='what to write: .onnx, .pt2, .safetensors, or a page: a folder or .html',
    )
    parser.add_argument('--config', help='config file in place of the one in the checkpoint')
    parser.add_flag('--float', 'pictures as float32 in [-1, 1] in place of uint8 (.onnx, .pt2)')
    parser.add_argument(
        '--seed', type=int, help='which picture of a layout, of models with noise (.onnx, .pt2)'
    )
    parser.add_argument(
        '--weights',
        choices=('float32', 'float16', 'int8'),
        help='bits of the weights (.safetensors: float32 or float16; a page: float16)',
    )
    parser.add_argument(
        '--report',
        type=Path,
        help='report.json of the evaluation, where it is elsewhere (.safetensors)',
    )
    parser.add_flag('--single', 'a page in one file, .html')
    parser.add_flag('--webgpu', 'a page that computes on a GPU where that is faster; larger')
    parser.add_argument(
        '--runtime', type=Path, help='folder or archive of onnxruntime-web for a page (from npm)'
    )
    return parser


def export(args: argparse.Namespace) -> None:
    """Export as the arguments say, and print how well it agrees with PyTorch."""
    if args.single or args.out.suffix.lower() in ('', '.html') or args.out.is_dir():
        _export_page(args)
        return
    from ..errors import ConfigError
    from ..inference import export_checkpoint

    if args.runtime or args.webgpu:
        raise ConfigError(f'--runtime and --webgpu are for a page, {args.out} is none')
    agreement = export_checkpoint(
        args.checkpoint,
        args.out,
        args.config,
        as_float=args.float,
        seed=args.seed,
        weights=args.weights,
        report=args.report,
    )
    print(f'{args.out}: {args.out.stat().st_size / 1e6:.1f} MB, {agreement}')


def _export_page(args: argparse.Namespace) -> None:
    from ..errors import ConfigError
    from ..painting.static_page import export_page

    if args.float or args.seed is not None or args.report:
        raise ConfigError(
            f'--float, --seed and --report are for files, {args.out} is a page: it shows pictures '
            'of 8 bits, and its visitors choose seeds'
        )
    report = export_page(
        args.checkpoint,
        args.out,
        args.config,
        args.weights or 'float16',
        args.single,
        args.runtime,
        args.webgpu,
    )
    print(report)


main = partial(run_tool, build_parser, export)
