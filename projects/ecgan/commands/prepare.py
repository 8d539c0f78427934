"""Look at photos and label maps of your own: what they are, what is wrong, how to train on them."""

import argparse
import re
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .command_line import ToolParser, positive, run_tool

if TYPE_CHECKING:
    from ..preparation import Survey

# Without a page each kind of finding is shown whole.
SHOWN_BESIDE_A_PAGE = 10


def size(text: str) -> tuple[int, int]:
    """Height and width of ``HxW``."""
    match = re.fullmatch(r'(\d+)x(\d+)', text)
    if not match:
        raise argparse.ArgumentTypeError(f'{text!r} is not HEIGHTxWIDTH, such as 96x128')
    return int(match[1]), int(match[2])


def choice(text: str) -> tuple[str, str]:
    """Key and value of ``KEY=VALUE``."""
    key, _, value = text.partition('=')
    if not key or not value:
        raise argparse.ArgumentTypeError(f'{text!r} is not KEY=VALUE, such as palette=index')
    return key, value


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(
        __doc__,
        epilog='Ends with status 1 where something is wrong with a file, and names it; the recipe '
        'and the list leave such pairs out, save for equal maps and maps of one id.',
    )
    parser.add_argument(
        'folders',
        nargs='+',
        type=Path,
        metavar='FOLDER',
        help='one folder (photos and label maps side by side, or in images/ and labels/), or two: '
        'photos, label maps',
    )
    parser.add_argument(
        '--classes',
        type=Path,
        metavar='FILE',
        help='the classes: lines "id name [r g b]", CSV or JSON; without it they are found',
    )
    parser.add_argument(
        '--labels', metavar='NAME', help='the folder of label maps, where several would do'
    )
    parser.add_argument(
        '--end', help='what names of label maps end with, where several ends would do'
    )
    parser.add_argument(
        '--reading',
        nargs='+',
        default=[],
        type=choice,
        metavar='KEY=VALUE',
        help='how the files say their ids, where what was found is not meant: '
        'palette=index|grey|colours, samples=raw|scaled, white=stored|inverted, grey=ids|colours, '
        'channel=all|red|green|blue|ade20k, hidden=unknown|shown, variable=NAME',
    )
    parser.add_argument('--size', type=size, metavar='HxW', help='height and width to train with')
    parser.add_flag('--crop', 'train on crops of photos as they are, as of large tiles')
    parser.add_argument('--iters', type=positive, metavar='N', help='iterations of the training')
    parser.add_argument('--write', type=Path, metavar='CONFIG', help='write a recipe that trains')
    parser.add_argument('--list', type=Path, metavar='FILE', help="write the good pairs' names")
    parser.add_argument(
        '--report', type=Path, metavar='PAGE', help='write a page (HTML) to look at'
    )
    parser.add_argument('--jobs', type=positive, metavar='N', help='processes (one for each core)')
    return parser


def show(found: 'Survey', most: int | None) -> None:
    """Print what was found; findings go to stderr, of each kind at most so many."""
    from ..preparation import KINDS

    print(f'{len(found.looks)} pairs, {len(found.good)} of them good')
    print(f'pairing: {found.pairing.rule}')
    print(f'label maps: {found.labelling.description}')
    print(*(f'note: {note}' for note in found.notes), sep='\n', end='\n' * bool(found.notes))
    sizes = ', '.join(f'{w}x{h} ({n})' for (h, w), n in found.sizes.most_common(4))
    print(f'photos (width x height): {sizes}')
    counts = found.counts
    total = sum(pixels for pixels, _ in counts.values())
    names = dict(enumerate(found.labelling.classes))
    for index, (pixels, maps) in counts.items():
        print(f'{index:5} {names.get(index, "unknown"):24} {pixels / total:7.2%} in {maps} maps')
    sys.stdout.flush()
    for kind, (heading, _) in KINDS.items():
        some = found.of_kind(kind)
        if some:
            print(f'{heading}: {len(some)}', file=sys.stderr)
            lines = [f'  {each.sentence}' for each in some[:most]]
            print(*lines, *['  ...'] * (len(some) > len(lines)), sep='\n', file=sys.stderr)


def prepare(args: argparse.Namespace) -> int:
    """Look, and write what is asked for; 1 where something is wrong with a file."""
    from .. import preparation
    from ..datasets.label_files import Reading
    from ..preparation.parallel import usable_cores

    reading = Reading.of(dict(args.reading))
    jobs = args.jobs or usable_cores()
    found = preparation.survey(args.folders, args.classes, jobs, reading, args.labels, args.end)
    show(found, SHOWN_BESIDE_A_PAGE if args.report else None)
    if len(found.good) < 2:
        print('error: a training needs two good pairs; nothing is written', file=sys.stderr)
        return 1
    train, val, how = found.split()
    sizes = list(found.sizes.elements())
    machine = preparation.this_machine()
    proposal = preparation.propose(sizes, len(train), machine, args.size, args.iters, args.crop)
    print(*proposal.reasons, sep='\n')
    print(f'split: {len(train)} for training, {len(val)} held out, {how}')
    written, recipe = [], ''
    if args.write:
        written += preparation.write_recipe(args.write, found, proposal)
        recipe = args.write.read_text(encoding='utf-8')
    if args.list:
        preparation.write_names(args.list, [look.pair.title for look in found.good])
        written.append(args.list)
    if args.report:
        preparation.write_page(args.report, found, proposal, recipe)
        written.append(args.report)
    for path in written:
        print(f'wrote {path}')
    if args.write:
        print(f'train with: ecgan train {args.write}')
    return 1 if found.findings else 0


main = partial(run_tool, build_parser, prepare)
