"""Write every form: ``python -m field_makers OUT``."""

import json
import sys
from pathlib import Path

from drawn_maps import SETS

from .all_ways import WAYS, Way


def write_form(way: Way, name: str, folder: Path) -> str:
    """The twelve maps of a set; what went wrong, '' where nothing did."""
    folder.mkdir(parents=True)
    try:
        for index, picture in enumerate(SETS[name].pictures()):
            way.write(picture, folder / f'p{index:02}{way.suffix}')
    except Exception as error:
        return f'{type(error).__name__}: {error}'.splitlines()[0][:200]
    return ''


def main(out: Path) -> None:
    """All ways whose tools are there, with all their sets."""
    rows = []
    forms = [(way, name) for way in WAYS for name in way.sets]
    for number, (way, name) in enumerate(forms):
        row = {key: getattr(way, key) for key in ('group', 'tool', 'version', 'how', 'stores')}
        row |= dict(set=name, folder=f'{number:04}', lost=way.lost, hides=way.hides)
        row['failure'] = (
            write_form(way, name, out / row['folder']) if way.version else 'not installed'
        )
        rows.append(row)
    (out / 'manifest.json').write_text(json.dumps(rows, indent=1))


if __name__ == '__main__':
    main(Path(sys.argv[1]))
