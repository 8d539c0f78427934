"""Judge every form of a folder that ``python -m makers`` wrote: ``run_forms.py FORMS [TABLE]``."""

import json
import sys
from pathlib import Path

import numpy as np
from drawn_maps import COUNT, HEIGHT, SETS, WIDTH
from judge import judge
from PIL import Image


def write_photos(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    for index in range(COUNT):
        noise = rng.integers(0, 256, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((WIDTH, HEIGHT)).save(folder / f'p{index:02}.jpg')


def main(forms: Path, part='0/1'):
    write_photos(forms / 'photos')
    lists = {}
    for number, (name, drawn) in enumerate(SETS.items()):
        lists[name] = forms / f'classes{number}.txt'
        lists[name].write_text(drawn.listing())
    rows = []
    first, step = map(int, part.split('/'))
    for path in sorted(forms.glob('manifest-*.json')):
        rows += [row for row in json.loads(path.read_text()) if not row['failure']]
    for row in rows[first::step]:
        for with_list in (False, True):
            verdict = judge(
                forms / 'photos', forms / row['folder'], SETS[row['set']],
                lists[row['set']] if with_list else None,
            )
            row['list' if with_list else 'plain'] = [verdict.outcome, verdict.said]
    (forms / f'verdicts-{first}.json').write_text(json.dumps(rows[first::step], indent=1))


if __name__ == '__main__':
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main(Path(sys.argv[1]), *sys.argv[2:])
