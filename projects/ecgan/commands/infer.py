"""Generate pictures from label maps with a trained model: a file, several, or whole folders."""

import argparse
import sys
from functools import partial
from pathlib import Path

from .command_line import ToolParser, run_tool, starting

# Where label maps to begin with are written to.
SAMPLES = Path('layouts')


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument(
        'checkpoint', help='the model: scenes, a file, an address, or hf://OWNER/REPO'
    )
    parser.add_argument(
        'inputs',
        nargs='*',
        type=Path,
        help=f'label maps, or folders of them (without: some of the test, written to {SAMPLES}/)',
    )
    parser.add_argument(
        '--out', type=Path, default=Path('pictures'), help='folder of the pictures (pictures)'
    )
    parser.add_argument('--instances', type=Path, help='folder of instance maps, named alike')
    parser.add_inferencer()
    parser.add_argument(
        '--outputs',
        nargs='+',
        choices=('image', 'layout', 'coarse', 'edge'),
        default=['image'],
        help='what is written of each',
    )
    parser.add_argument('--grid', type=Path, help='write an overview of the first pictures')
    parser.add_argument('--batch', type=int, default=1, help='layouts at a time')
    parser.add_argument(
        '--sizes',
        choices=('pad', 'refuse', 'resize'),
        default='pad',
        help='what happens to sizes that the network cannot take; resize: to that of the training',
    )
    parser.add_argument(
        '--seeds',
        nargs='+',
        type=int,
        default=[],
        help='a picture of each, NAME_SEED.png; only models with noise have more than one',
    )
    parser.add_flag('--overwrite', 'compute existing pictures again')
    return parser


def infer(args: argparse.Namespace) -> int:
    """Generate as the arguments say; 1 where a map failed, 0 otherwise."""
    with starting():
        from ..inference import ECGANInferencer, generate_files

        inferencer = ECGANInferencer(
            args.checkpoint, args.config, args.device, args.dtype, args.sizes
        )
    inputs = args.inputs
    if not inputs:
        from ..painting import write_sample_layouts

        inputs = write_sample_layouts(inferencer, SAMPLES)
        print(
            f'No label maps were named: {SAMPLES}/ has {len(inputs)} of the data set of the test. '
            f'Change them, then: ecgan infer {args.checkpoint} {SAMPLES}/ --overwrite'
        )
    done = generate_files(
        inferencer,
        inputs,
        args.out,
        outputs=args.outputs,
        instances=args.instances,
        batch_size=args.batch,
        overwrite=args.overwrite,
        grid=args.grid,
        seeds=args.seeds,
    )
    print(f'{done.written} pictures in {args.out}, {done.kept} were there already')
    for failure in done.failures:
        print(f'error: {failure}', file=sys.stderr)
    return 1 if done.failures else 0


main = partial(run_tool, build_parser, infer)
