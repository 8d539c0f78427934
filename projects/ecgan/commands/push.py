"""Upload a model to the Hugging Face hub, with a card: hf://OWNER/REPO is then its name."""

import argparse
import re
from functools import partial
from pathlib import Path

from .command_line import ToolParser, run_tool


def build_parser() -> ToolParser:
    """The arguments."""
    parser = ToolParser(__doc__)
    parser.add_argument('checkpoint', help='the model: name, file or address')
    parser.add_argument('repository', type=repository, metavar='OWNER/REPO', help='made if need be')
    parser.add_argument('--config', help='config file in place of the one in the checkpoint')
    parser.add_argument(
        '--folder', type=Path, help='where the files are put together (work_dirs/hub/OWNER/REPO)'
    )
    parser.add_argument('--weights', choices=('float32', 'float16'), default='float32')
    parser.add_argument('--report', type=Path, help='report.json, where none lies beside')
    parser.add_argument(
        '--layouts', nargs='+', type=Path, help='label maps to show (of the data set of the test)'
    )
    parser.add_argument('--license', default='unknown', help='of the weights, such as apache-2.0')
    parser.add_argument(
        '--datasets', nargs='+', default=[], help='data sets of the hub that it was trained on'
    )
    parser.add_flag('--private', 'a repository that is made is private')
    parser.add_flag('--dry-run', 'write the folder and upload nothing')
    return parser


def repository(text: str) -> str:
    """OWNER/REPO, as ``type`` of an argument.

    Raises:
        ArgumentTypeError: It is none.
    """
    if not re.fullmatch(r'[\w.-]+/[\w.-]+', text):
        raise argparse.ArgumentTypeError(f'{text!r} is not OWNER/REPO')
    return text


def push(args: argparse.Namespace) -> None:
    """Put the files together, and upload them."""
    from ..inference import ECGANInferencer, hub
    from ..inference.hub_folder import write_hub_folder

    hub.check_library('ecgan push')
    inferencer = ECGANInferencer(args.checkpoint, args.config, device='cpu')
    folder = args.folder or Path('work_dirs', 'hub', args.repository)
    files = write_hub_folder(
        inferencer,
        folder,
        args.repository,
        args.layouts or _sample_layouts(inferencer, folder / 'layouts'),
        args.license,
        args.datasets,
        args.weights,
        args.report,
    )
    print(f'{folder}: {", ".join(files)}')
    if args.license == 'unknown':
        print('license: unknown; --license apache-2.0, for example, says it')
    if args.dry_run:
        print('Nothing was uploaded (--dry-run).')
        return
    address = hub.push_folder(folder, files, args.repository, args.private)
    print(f'{address}: its name is {hub.PREFIX}{args.repository}')


def _sample_layouts(inferencer, folder: Path) -> list[Path]:
    """Layouts of the data set of the test; none where it is not at hand, which is said."""
    from ..errors import UserError
    from ..painting import write_sample_layouts

    try:
        return write_sample_layouts(inferencer, folder, count=4)
    except UserError as error:
        print(f'The card shows no pictures: {error.sentence}')
        return []


main = partial(run_tool, build_parser, push)
