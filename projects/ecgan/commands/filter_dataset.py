"""Leave out of a set of made pictures what a segmentor trained on photos finds wrong."""

import argparse
from functools import partial
from pathlib import Path

from .command_line import ToolParser, positive, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('folder', type=Path, help='a set of ecgan make-dataset')
    parser.add_argument('segmentor', help='its recipe, config file or name in the model zoo')
    parser.add_argument('checkpoint', nargs='?', help='its weights (those beside, or of the zoo)')
    parser.add_argument(
        '--policy',
        choices=('native', 'pipeline'),
        default='native',
        help='size at which it sees pictures: as they are, or as its own test pipeline says',
    )
    parser.add_argument(
        '--factor',
        type=partial(positive, kind=float),
        default=1.25,
        help="pixels above so many times their class's mean loss become unknown (1.25)",
    )
    parser.add_argument(
        '--most',
        type=partial(positive, kind=float),
        default=0.5,
        help='a picture that loses more than this part goes as a whole (0.5)',
    )
    parser.add_argument('--device', help='such as cuda:0 (default: a GPU where there is one)')
    return parser


def filter_set(args: argparse.Namespace) -> None:
    """Filter as the arguments say, and print what is left of each class."""
    from mmengine.device import get_device

    from ..dataset_generation.filtering import FILTERED_CONFIG, filter_dataset
    from ..models.segmentors import Segmentor

    segmentor = Segmentor(args.segmentor, args.checkpoint, input_policy=args.policy)
    segmentor.to(args.device or get_device())
    done = filter_dataset(args.folder, segmentor, args.factor, args.most)
    for index, (before, after) in enumerate(zip(done.pixels, done.remaining)):
        print(f'{done.classes[index]:>20} {after / before if before else 0:7.1%} of {before}')
    print(f'{len(done.kept)} pictures stay, {len(done.left_out)} go: {FILTERED_CONFIG}')


main = partial(run_tool, build_parser, filter_set)
