"""Make pictures of label maps as a data set on which a segmentor is trained."""

import argparse
import sys
from functools import partial
from pathlib import Path

from .command_line import ToolParser, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('checkpoint', help='the model; its config is in it')
    parser.add_argument('inputs', nargs='+', type=Path, help='label maps, or folders of them')
    parser.add_argument('--out', type=Path, required=True, help='folder of the set')
    parser.add_argument(
        '--layouts',
        nargs='+',
        choices=('recombine', 'flip', 'crop', 'warp'),
        default=[],
        help='what happens to label maps before; recombine: objects of rare classes are pasted '
        'from others where they stand on the same class (as they are without it)',
    )
    parser.add_argument('--copies', type=int, default=1, help='pictures of each label map')
    parser.add_argument(
        '--rare',
        nargs='+',
        default=[],
        metavar='CLASS',
        help='classes whose objects are pasted (those that cover less than a fiftieth)',
    )
    parser.add_argument('--seed', type=int, default=0, help='decides every random choice')
    parser.add_argument('--instances', type=Path, help='folder of instance maps, named alike')
    parser.add_inferencer()
    parser.add_argument('--batch', type=int, default=1, help='layouts at a time')
    parser.add_argument(
        '--sizes',
        choices=('resize', 'pad', 'refuse'),
        default='resize',
        help='resize: pictures have the size of the training (default); else that of their map',
    )
    return parser


def make(args: argparse.Namespace) -> int:
    """Make the set as the arguments say; 1 where a map failed, 0 otherwise."""
    from ..dataset_generation import SetSettings, make_dataset
    from ..inference import ECGANInferencer

    settings = SetSettings(tuple(args.layouts), args.copies, tuple(args.rare), args.seed)
    inferencer = ECGANInferencer(args.checkpoint, args.config, args.device, args.dtype, args.sizes)
    done = make_dataset(inferencer, args.inputs, args.out, settings, args.instances, args.batch)
    total = sum(done.pixels) or 1
    for name, count in zip(inferencer.classes, done.pixels):
        print(f'{name:>20} {count / total:8.3%}')
    print(f'{done.made} pictures in {args.out}, {done.kept} were there already')
    for failure in done.failures:
        print(f'error: {failure}', file=sys.stderr)
    return 1 if done.failures else 0


main = partial(run_tool, build_parser, make)
