"""The scripts of the page without a server, run by Node.js."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from projects.ecgan.painting.static_page.assembly import BROWSER, joined_modules

NODE = shutil.which('node')


def run_script(folder: Path, module: str, program: str, data: Any = None) -> Any:
    """Run a program behind one of the page's modules; ``data`` is given as JSON.

    Returns:
        What the program's ``result`` is, by way of JSON.
    """
    if NODE is None:
        pytest.skip('there is no Node.js')
    script = folder / 'script.mjs'
    (folder / 'data.json').write_text(json.dumps(data))
    script.write_text(
        f'{joined_modules(BROWSER / module)}\n'
        'import { readFileSync } from "node:fs";\n'
        f'const data = JSON.parse(readFileSync({json.dumps(str(folder / "data.json"))}));\n'
        f'{program}\nprocess.stdout.write(JSON.stringify(result));'
    )
    done = subprocess.run([NODE, script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
