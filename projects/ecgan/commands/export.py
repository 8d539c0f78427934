"""Write a trained generator as ONNX, a program of torch.export, or a model file (.safetensors)."""

import argparse
from functools import partial
from pathlib import Path

from .command_line import ToolParser, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('checkpoint', help='the model: name, file or address')
    parser.add_argument('out', type=Path, help='file to write: .onnx, .pt2 or .safetensors')
    parser.add_argument('--config', help='config file in place of the one in the checkpoint')
    parser.add_flag('--float', 'pictures as float32 in [-1, 1] in place of uint8 (.onnx, .pt2)')
    parser.add_argument(
        '--seed', type=int, help='which picture of a layout, of models with noise (.onnx, .pt2)'
    )
    parser.add_argument(
        '--weights',
        choices=('float32', 'float16'),
        help='float16 takes half of the room (.safetensors)',
    )
    parser.add_argument(
        '--report',
        type=Path,
        help='report.json of the evaluation, where it is elsewhere (.safetensors)',
    )
    return parser


def export(args: argparse.Namespace) -> None:
    """Export as the arguments say, and print how well the file agrees with PyTorch."""
    from ..inference import export_checkpoint

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


main = partial(run_tool, build_parser, export)
