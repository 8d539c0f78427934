"""The floors of the house: imports run downward, and the laboratory is apart."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / 'projects' / 'ecgan'
# From the ground up; rooms of one floor do not import one another.
FLOORS = (
    ('errors', 'launcher_variables', 'version', '_defect', '_import_hook'),
    ('compat', 'structures', 'weights'),
    ('losses', 'datasets', 'recipes', 'visualization'),
    ('reports', 'preparation'),
    ('models',),
    ('engine', 'evaluation', 'inference'),
    ('dataset_generation', 'painting'),
    ('commands',),
    ('analysis',),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted(PACKAGE.rglob('*.py'))


def imported_rooms(source: str, package: tuple[str, ...]) -> Iterator[str]:
    """Rooms of this project that a module imports, also inside functions.

    Args:
        source: Text of the module.
        package: The packages that it lies in, from the project's package on.

    Yields:
        Name of the room; an absolute import of the package is yielded as ``absolute``.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = package[: len(package) - node.level + 1]
            inner = (*above, *(node.module or '').split('.')) if node.module else above
            names = [inner] if node.module else [(*inner, name.name) for name in node.names]
            yield from (name[0] for name in names)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            modules = (
                [node.module]
                if isinstance(node, ast.ImportFrom)
                else [name.name for name in node.names]
            )
            yield from ('absolute' for module in modules if module.startswith('projects.ecgan'))


def wrong_imports(source: str, package: tuple[str, ...], room: str) -> list[str]:
    """Rooms that a module of ``room`` may not import but does."""
    found = set(imported_rooms(source, package)) - {room}
    return sorted(other for other in found if FLOOR.get(other, 99) >= FLOOR[room])


def test_every_room_has_a_floor():
    rooms = {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir()}
    assert rooms - {'__init__', '__pycache__'} == set(FLOOR) - {'_defect', '_import_hook'}


@pytest.mark.parametrize('path', MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_downward_and_are_relative(path):
    parts = path.relative_to(PACKAGE).with_suffix('').parts
    if parts == ('__init__',):
        return
    assert wrong_imports(path.read_text(), parts[:-1], parts[0]) == []


def test_what_is_forbidden_is_found():
    def wrong(text: str, room: str = 'models') -> list[str]:
        return wrong_imports(text, (room, 'layers'), room)

    assert wrong('from ..building import x') == []
    assert wrong('from ...losses import x\nfrom .. import objective') == []
    assert wrong('def f():\n    from ...engine import x') == ['engine']
    assert wrong('from ... import analysis') == ['analysis']
    assert wrong('from projects.ecgan.losses import x') == ['absolute']
    assert wrong('from ...evaluation import x', 'engine') == ['evaluation']


def test_only_the_laboratorys_tools_use_the_laboratory():
    for path in (ROOT / 'tools').rglob('*.py'):
        uses = 'projects.ecgan.analysis' in path.read_text()
        assert not uses or path.parent.name == 'analysis_tools', path


def test_projects_may_stand_beside_another_folder_of_that_name():
    assert not (ROOT / 'projects' / '__init__.py').exists()
