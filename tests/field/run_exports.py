"""Judge every export: ``run_exports.py EXPORTS``."""

import json
import shutil
import sys
from pathlib import Path

from exports import of_annotation_tools, of_data_sets, of_more_tools  # noqa: F401
from exports.listing import EXPORTS, Export
from judge import Verdict
from judge_exports import judge_export, modes


def main(out: Path) -> None:
    rows, exports = [], []
    for path in sorted(out.glob('manifest-*.json')):
        for row in json.loads(path.read_text()):
            if row['failure']:
                continue
            fields = {k: (tuple(v) if isinstance(v, list) else v) for k, v in row.items()
                      if k in Export._fields}
            if 'BRUSH' in row['tool']:
                fields['any_order'] = True
            exports.append((Export(write=None, **fields), row['version'], out / row['folder']))
    for number, each in enumerate(EXPORTS):
        folder = out / f'hand-{number:02}'
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        each.write(folder)
        exports.append((each, '', folder))
    for export, version, folder in exports:
        row = dict(tool=export.tool, version=version, folder=folder.name, is_lost=export.is_lost)
        for mode in modes(export):
            copy = out / 'copy'
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(folder, copy)
            try:
                verdict = judge_export(copy, export, mode)
            except Exception as error:
                verdict = Verdict('CRASH', f'{type(error).__name__}: {error}')
            row[mode] = [verdict.outcome, verdict.said]
        rows.append(row)
    (out / 'verdicts.json').write_text(json.dumps(rows, indent=1))


if __name__ == '__main__':
    main(Path(sys.argv[1]))
