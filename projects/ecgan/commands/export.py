"""Write a trained generator as ONNX (.onnx) or as a program of torch.export (.pt2)."""

import argparse
from functools import partial
from pathlib import Path

from .command_line import ToolParser, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('checkpoint', help='the model; its config is in it')
    parser.add_argument('out', type=Path, help='file to write, .onnx or .pt2')
    parser.add_argument('--config', help='config file in place of the one in the checkpoint')
    parser.add_flag('--float', 'pictures as float32 in [-1, 1] in place of uint8')
    parser.add_argument(
        '--seed', type=int, default=0, help='which picture of a layout, where the model has noise'
    )
    return parser


def export(args: argparse.Namespace) -> None:
    """Export as the arguments say, and print how well the file agrees with PyTorch."""
    from ..inference import export_checkpoint

    agreement = export_checkpoint(args.checkpoint, args.out, args.config, args.float, args.seed)
    print(f'{args.out}: {args.out.stat().st_size / 1e6:.1f} MB, {agreement}')


main = partial(run_tool, build_parser, export)
