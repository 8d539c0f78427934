#!/usr/bin/env python
"""Convert released state dicts to a checkpoint of this project.

Reads files saved by the released code: an ECGAN generator, a SPADE generator, their discriminator.
Several files (a generator and its discriminator) become one checkpoint. See docs/convert.md.
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
    parser.add_argument(
        'sources', nargs='+', metavar='SRC', help='state dict of a generator or a discriminator'
    )
    parser.add_argument('destination', metavar='DST', help='checkpoint to write')
    parser.add_argument(
        '--upsampling',
        choices=('normal', 'more', 'most'),
        help='depth of the trunk; normal and more have the same weights, so the file cannot tell '
        'them apart (default: most where its extra block is there, else normal)',
    )
    parser.add_flag(
        '--with-ema',
        'write the generator a second time, as the moving average of a model that keeps one',
    )
    return parser


def convert(args: argparse.Namespace) -> None:
    """Convert as the arguments say."""
    import io

    import torch

    import projects.ecgan  # noqa: F401  (makes the toolbox sound before it is imported)
    from projects.ecgan.compat.atomic_checkpoints import write_atomically
    from projects.ecgan.models.converters import convert_file, merge

    converted = [convert_file(source, args.upsampling) for source in args.sources]
    checkpoint = merge(converted, args.with_ema)
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    write_atomically(buffer.getvalue(), args.destination)
    networks = checkpoint['meta']['networks']
    for network, config in networks.items():
        print(f'{network}: {config}')
    if args.upsampling is None and networks.get('generator', {}).get('upsampling') == 'normal':
        print("The same weights fit upsampling='more' (the released Cityscapes models use it).")
    print(f'wrote {args.destination}')


main = partial(run_tool, build_parser, convert)

if __name__ == '__main__':
    sys.exit(main())
