"""What the documentation shows works: code is run or looked up, commands are parsed, links lead on.

Every fenced block of the pages is a test of its own. The checks take text and return what is wrong
with it; texts that are wrong test the checks.
"""

import argparse
import ast
import functools
import importlib.util
import inspect
import re
import runpy
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import mmengine.registry
import pytest
import torch
from mmengine.config import Config

from projects.ecgan.commands.main import COMMANDS, command_module
from projects.ecgan.engine.configuration import check_config

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *(ROOT / name for name in ('README.md', 'CONTRIBUTING.md', 'tests/README.md')),
    *sorted((ROOT / 'docs').glob('*.md')),
]
FENCE = re.compile(r'^```(\w*)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r'`((?:python |bash )?tools/\w[^`]*|(?:make|ecgan)\s[^`]+)`')
RECIPE_NAME = re.compile(
    r'(?<![\w/.:-])((?:ecgan|ecgan-plus|spade|pix2pix|unet-s\d-c\d+|fast-scnn)_[\w-]*\dxb\d[\w-]*)'
    r'(?:@(?!all)(\w+))?'
)
ACCIDENT = re.compile(r'\((?:dict\(.*|\{.*|-?[\d.e-]+),\)', re.DOTALL)
# What a part of a config is laid over, as its page means it.
RECIPE = 'configs/ecgan/ecgan_base64_8xb4-200e_ade20k-256x256.py'
# Names that programs use and do not define.
GIVEN = dict(predictions=[torch.tensor([[0, 1]])], labels=[torch.tensor([[0, 2]])])
# Pages whose blocks work together; tests of their own run them as they are printed.
TOLD_TOGETHER = ('write_a_part.md',)  # test_own_parts.py
# A program with one of these needs a trained network, a photo, a network connection or a GPU.
NOT_AT_HAND = re.compile(r'\.(?:pth|png|jpg)\b|https?://|cuda|\b(?:CONFIG|CHECKPOINT)\b')


def blocks() -> list[Any]:
    """Every fenced block: page, language, text."""
    found = []
    for page in PAGES:
        if page.name in TOLD_TOGETHER:
            continue
        text = page.read_text(encoding='utf-8')
        for block in FENCE.finditer(text):
            name = f'{page.relative_to(ROOT)}:{text[: block.start()].count(chr(10)) + 1}'
            found.append(pytest.param(page, block[1], block[2], id=name))
    return found


@pytest.mark.parametrize(('page', 'language', 'text'), blocks())
def test_block(
    page: Path, language: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if language == 'python':
        assert python_problems(text) == []
    elif language == 'bash':
        assert shell_problems(text, page.read_text(encoding='utf-8')) == []
    else:
        # Drawings are `text`: their rooms are held by test_architecture.py.
        assert language in ('', 'text'), f'there is no check for {language}'
        if language == 'text':
            return
        assert tree_problems(text) == []


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_page(page: Path) -> None:
    text = page.read_text(encoding='utf-8')
    prose = FENCE.sub('', text)
    assert '```' not in prose, 'a block that is not seen'
    assert link_problems(prose, page) == []
    commands = [' '.join(command.split()) for command in COMMAND.findall(prose)]
    assert [p for command in commands for p in shell_problems(command, text, whole=False)] == []


def test_pages_are_few_and_short() -> None:
    assert len([*(ROOT / 'docs').rglob('*.md')]) <= 20
    lines = {page.name: page.read_text(encoding='utf-8').count('\n') for page in PAGES}
    assert {name: count for name, count in lines.items() if count > 200} == {}


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_recipes_are_there(page: Path) -> None:
    assert recipe_problems(page.read_text(encoding='utf-8')) == []


def python_problems(text: str) -> list[str]:
    """What is wrong with a block of Python: a config, a part of one, or a program."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return [f'does not parse: {error}']
    nodes = list(ast.walk(tree))
    if any('onnxruntime' in ast.unparse(node) for node in nodes if isinstance(node, ast.Import)):
        pytest.importorskip('onnxruntime')
    values = [node.value for node in nodes if isinstance(node, ast.Assign | ast.keyword)]
    values += [value for node in nodes if isinstance(node, ast.Dict) for value in node.values]
    found = [f'tuple by accident: {t}' for t in map(ast.unparse, values) if ACCIDENT.fullmatch(t)]
    is_program = any(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes)
    try:
        return found + (_program_problems if is_program else _config_problems)(tree)
    except Exception as error:
        return [*found, f'{type(error).__name__}: {error}']


def _program_problems(tree: ast.Module) -> list[str]:
    """Run a program, or its imports if it needs what is not at hand; look up its keywords."""
    names, found = dict(GIVEN), []
    if NOT_AT_HAND.search(ast.unparse(tree)):
        imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        exec(ast.unparse(ast.Module(imports, [])), names)
    else:
        exec(ast.unparse(tree), names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            keywords = [keyword.arg for keyword in node.keywords if keyword.arg]
            found += _keyword_problems(names[ast.unparse(node.func)], keywords)
    return found


def _config_problems(tree: ast.Module) -> list[str]:
    """Lay a config over its base, and look up every name that it says itself."""
    parts = [eval(ast.unparse(node)) for node in tree.body if isinstance(node, ast.Expr)]
    found = _dict_problems(parts, parts)
    exec(ast.unparse(tree), fragment := {})
    del fragment['__builtins__']
    if fragment:
        cfg, bases = Config(), fragment.pop('_base_', ROOT / RECIPE)
        for base in bases if isinstance(bases, list) else [bases]:
            inner = str(base).removeprefix('ecgan::')
            folder = (ROOT / RECIPE).parent if inner == base else ROOT / 'configs'
            cfg.merge_from_dict(Config.fromfile(folder / inner).to_dict())
        cfg.merge_from_dict(fragment)
        check_config(cfg)
        found += _dict_problems(fragment, cfg.to_dict())
    return found


def _dict_problems(part: Any, whole: Any) -> list[str]:
    """Look up types and keywords of ``part``; ``whole`` is the same with what its base adds."""
    if isinstance(part, list | tuple):
        return [problem for item in part for problem in _dict_problems(item, item)]
    if not isinstance(part, dict):
        return []
    whole = whole if isinstance(whole, dict) else part
    found, name = [], whole.get('type')
    if isinstance(name, str):
        kind = _registered(name)
        keywords = [key for key in part if key not in ('type', '_delete_', '_scope_')]
        found += _keyword_problems(kind, keywords) if kind else [f'{name} is not registered']
    for key, value in part.items():
        found += _dict_problems(value, whole.get(key, value))
    return found


def _registered(name: str) -> Any:
    """What is registered under a name, in any registry of either toolbox."""
    scope, _, bare_name = name.rpartition('.')
    for registry in vars(mmengine.registry).values():
        if isinstance(registry, mmengine.registry.Registry):
            for scope_name in [scope] if scope else ['mmagic', 'mmseg']:
                with registry.switch_scope_and_registry(scope_name) as scoped:
                    if (found := scoped.get(bare_name)) is not None:
                        return found
    return None


def _keyword_problems(kind: Any, keywords: list[str]) -> list[str]:
    parameters = inspect.signature(kind).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return []
    return [f'{kind.__name__} takes no {name}' for name in keywords if name not in parameters]


def shell_problems(text: str, page: str = '', whole: bool = True) -> list[str]:
    """What is wrong with commands of a page; ``whole=False``: arguments may be missing."""
    found = []
    for line in text.replace('\\\n', ' ').splitlines():
        words = [w for w in shlex.split(re.sub(r'[][]', ' ', line), comments=True) if w != '...']
        found += [f'there is no {word}' for word in words if _is_missing(word, page)]
        while words and re.fullmatch(r'[A-Z_]+=.*|(\S*/)?(python[\d.]*|bash)', words[0]):
            words = words[1:]
        if words[:1] == ['make']:
            known = (ROOT / 'Makefile').read_text(encoding='utf-8')
            known = re.findall(r'(?m)^[\w-]+(?=:)|(?<=\$\()\w+(?=\))', known)
            found += [f'make knows no {w}' for w in words[1:] if w.split('=')[0] not in known]
        # Words in upper case stand for values.
        argv = ['1' if re.fullmatch('[A-Z][A-Z_]*', word) else word for word in words[1:]]
        if words[:1] == ['ecgan'] and argv[:1] != ['--help']:
            parser = _command_parser(argv[0], whole) if argv[0] in COMMANDS else None
            found += _parser_problems(parser, argv) if parser else [f'ecgan has no {argv[0]}']
        elif words and words[0].startswith('tools/') and (ROOT / words[0]).is_file():
            found += _argument_problems(words[0], argv, whole)
    return found


def _is_missing(word: str, page: str) -> bool:
    package, is_of_package, path = word.partition('::')
    if is_of_package:
        spec = importlib.util.find_spec(package)
        return not (spec and Path(spec.origin).parent.joinpath('.mim/configs', path).is_file())
    is_ours = r'(configs|docs|projects|requirements|tests|tools)/[\w./-]+\.\w+|requirements\.txt'
    # A page may tell the reader to write a config, which it names in the first line.
    is_missing = not (ROOT / word).exists() and f'# {word}\n' not in page
    return bool(re.fullmatch(is_ours, word)) and is_missing


def _argument_problems(script: str, argv: list[str], whole: bool) -> list[str]:
    """Let a script's own parser read its arguments."""
    source = (ROOT / script).read_text(encoding='utf-8')
    if script.endswith('.sh'):
        # Its first arguments are its own, the rest goes to the Python script that it starts.
        usage = re.search(rf'^#   {script}((?: [A-Z_]+)+) \[arguments of (\S+)\]$', source, re.M)
        own = len(usage[1].split())
        found = [f'{script} takes {own} arguments'] if whole and len(argv) < own else []
        return found + _argument_problems(usage[2], argv[own:], whole=False)
    if 'arser' not in source and 'commands' not in source:
        return [f'{script} takes no {word}' for word in argv]
    return _parser_problems(_script_parser(script, whole), [script, *argv])


def _parser_problems(parser: argparse.ArgumentParser, argv: list[str]) -> list[str]:
    """Let a parser read arguments; the first word is what has it."""
    try:
        parser.parse_args(argv[1:])
    except ValueError:
        return [f'{argv[0]}: {parser.error.call_args.args[0]}']
    return []


@functools.cache
def _command_parser(name: str, whole: bool) -> argparse.ArgumentParser:
    """The parser of a command of ``ecgan``."""
    module = command_module(name)
    return _told_of_errors(module.build_parser(), whole)


class _StoppedError(BaseException):
    """Stops a script, which would handle an exception."""


@functools.cache
def _script_parser(script: str, whole: bool) -> argparse.ArgumentParser:
    """The parser that a script makes; the script is stopped where it would parse."""
    with (
        mock.patch('argparse.ArgumentParser.parse_known_args', autospec=True) as parse,
        mock.patch('sys.argv', [script]),
        mock.patch('sys.path', [str((ROOT / script).parent), *sys.path]),
        pytest.raises(_StoppedError),
    ):
        parse.side_effect = _StoppedError
        runpy.run_path(str(ROOT / script), run_name='__main__')
    return _told_of_errors(parse.call_args.args[0], whole)


def _told_of_errors(parser: argparse.ArgumentParser, whole: bool) -> argparse.ArgumentParser:
    """The parser with errors that raise; ``whole=False``: arguments may be missing."""
    parser.error = mock.Mock(side_effect=ValueError)
    for each in (*parser._actions, *parser._mutually_exclusive_groups):
        each.required = each.required and whole
    return parser


def tree_problems(text: str) -> list[str]:
    """What a list of folders and of what they hold says and is not there."""
    names = [line.split()[0] for line in text.splitlines() if line.strip()]
    return [f'there is no {name}' for name in names if not (ROOT / name).exists()]


def link_problems(prose: str, page: Path = PAGES[0]) -> list[str]:
    """Links and pictures of a page that lead nowhere."""
    found = []
    for target in re.findall(r'\]\((?!\w+:)([^)\s]+)\)', prose):
        name, _, anchor = target.partition('#')
        file = page.parent / name if name else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            found.append(f'{target} leads nowhere')
    return found


def recipe_problems(text: str) -> list[str]:
    """Recipes of this project, and variants of them, that a page names and that are not there."""
    known = {path.stem: path for path in (ROOT / 'configs').rglob('*.py')}
    found = []
    for name, variant in RECIPE_NAME.findall(text):
        if name not in known:
            found.append(f'there is no recipe {name}')
        elif variant and variant not in (Config.fromfile(known[name]).get('variants') or {}):
            found.append(f'{name} has no variant {variant}')
    return found


def _anchors(page: Path) -> set[str]:
    text = FENCE.sub('', page.read_text(encoding='utf-8')).lower()
    headings = re.findall(r'^#+ (.+)$', text, re.MULTILINE)
    return {re.sub(r'[^\w -]', '', heading).replace(' ', '-') for heading in headings}


PYTHON, SHELL = python_problems, shell_problems


@pytest.mark.parametrize(
    ('check', 'text', 'problem'),
    [
        (PYTHON, 'model = dict(', 'does not parse'),
        (PYTHON, 'model = dict(label_loss_weight=(0,))', 'by accident: (0,)'),
        (PYTHON, "model = dict(gan_loss=(dict(type='GANLoss'),))", 'by accident: (dict'),
        (PYTHON, "model = {'gan_loss': ({'type': 'GANLoss'},)}", "by accident: ({'type"),
        (PYTHON, "model = dict(gan_loss=dict(type='GAMLoss'))", "'GAMLoss' is not registered"),
        (PYTHON, "dict(type='CannyEdges', a=[dict(type='mmseg.Resise')])", 'mmseg.Resise is not'),
        (PYTHON, 'model = dict(similarity_loss=dict(grit=32))', 'SimilarityLoss takes no grit'),
        (PYTHON, 'model = dict(edge_loss=None)', 'ECGAN takes no edge_loss'),
        (PYTHON, "_base_ = ['./ecgan_none.py']\na = 1", 'FileNotFoundError'),
        (PYTHON, 'from projects.ecgan.datasets import Scenes', 'ImportError'),
        (PYTHON, 'import torch\ntorch.rand(2)[3]', 'IndexError'),
        (PYTHON, "from shutil import copyfile\ncopyfile('a.png', to=1)", 'copyfile takes no to'),
        (SHELL, 'make demmo', 'make knows no demmo'),
        (SHELL, 'make demo VENW=.venv', 'make knows no VENW'),
        (SHELL, 'pip install -r requirements/none.txt', 'no requirements/none.txt'),
        (SHELL, 'python tools/trian.py CONFIG', 'no tools/trian.py'),
        (SHELL, 'python tools/train.py configs/none.py', 'no configs/none.py'),
        (SHELL, 'python tools/train.py mmagic::none.py', 'no mmagic::none.py'),
        (SHELL, 'python tools/train.py CONFIG [--resume] \\\n    --keep-memori', '--keep-memori'),
        (SHELL, 'python tools/test.py CONFIG  # no weights', 'checkpoint --images is required'),
        (SHELL, 'python tools/check_env.py --all', '--all'),
        (SHELL, 'ecgan trian CONFIG', 'ecgan has no trian'),
        (SHELL, 'ecgan train CONFIG --resumee', '--resumee'),
        (SHELL, 'A=1 .venv/bin/python tools/analysis_tools/benchmark.py --what trian', "'trian'"),
        (SHELL, 'bash tools/dist_train.sh CONFIG', 'takes 2 arguments'),
        (SHELL, 'tools/slurm_train.sh PARTITION NAME CONFIG WORK_DIR --fast', '--fast'),
        (link_problems, '[a](none.md)', 'none.md leads'),
        (link_problems, '![a](docs/none.png)', 'docs/none.png leads'),
        (link_problems, '[a](README.md#licence)', '#licence leads'),
        (recipe_problems, 'a `ecgan_base64_1xb1-3iters_camvid`', 'no recipe ecgan_base64_1xb1-3'),
        (recipe_problems, 'ecgan_smoke_1xb2-2iters_scenes-64x64@9gb', 'has no variant 9gb'),
        (tree_problems, 'tools/  scripts\ntool/  none', 'no tool/'),
    ],
)
def test_what_is_wrong_is_seen(check: Callable, text: str, problem: str) -> None:
    assert problem in '\n'.join(check(text))
