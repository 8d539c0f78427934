"""The command ``ecgan``: the first word chooses what is done, each by a module of this room."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import NoReturn

from ..version import __version__
from .command_line import leave

COMMANDS = {
    'train': 'train a model, by a recipe of this project or any config of the toolbox',
    'test': 'measure a trained model, and write a report',
    'infer': 'make pictures from label maps',
    'make-dataset': 'make pictures of label maps to train a segmentor on',
    'filter-dataset': 'leave out what a segmentor finds wrong in such pictures',
    'prepare': 'look at photos and label maps of your own, write a recipe for them',
    'paint': 'open a page to paint label maps on',
    'export': 'write a generator as ONNX, a program of torch.export, a model file, or a page',
    'push': 'upload a model to the Hugging Face hub, with a card',
    'recipes': 'list the recipes, or show the values of one',
    'check': 'versions, devices, and what is missing',
    'demo': 'train on drawn street scenes and show the result',
}
USAGE = 'usage: ecgan COMMAND [arguments]     (ecgan COMMAND --help: its arguments)\n'


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run a command, by default that of the command line, and end the process with its status."""
    if '_ARGCOMPLETE' in os.environ:
        _complete()
    word, *rest = (sys.argv[1:] if argv is None else argv) or ['--help']
    if word in ('-h', '--help'):
        print(USAGE, *(f'  {name:14} {line}' for name, line in COMMANDS.items()), sep='\n')
    elif word == '--version':
        print(f'ecgan {__version__}')
    elif word in COMMANDS:
        # What argparse calls the program.
        sys.argv[0] = f'ecgan {word}'
        # A config may import modules that lie here; last, so that they hide none.
        sys.path.append(os.getcwd())
        leave(command_module(word).main(rest))
    else:
        print(f'error: no command {word!r}, there are {", ".join(COMMANDS)}', file=sys.stderr)
        sys.exit(2)
    sys.exit()


def command_module(word: str) -> ModuleType:
    """The module of a command."""
    return import_module(f'.{word.replace("-", "_")}', __package__)


def _complete() -> None:
    """Answer a shell that argcomplete was registered with; ends the process."""
    import argparse

    import argcomplete

    words = os.environ['COMP_LINE'].split()
    if len(words) > 1 and words[1] in COMMANDS:
        parser = command_module(words[1]).build_parser()
        # The words of a completion begin behind that of the command.
        os.environ['_ARGCOMPLETE'] = '2'
    else:
        parser = argparse.ArgumentParser('ecgan')
        parser.add_argument('command', choices=COMMANDS)
    argcomplete.autocomplete(parser)
