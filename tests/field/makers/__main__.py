"""Write every form: ``python -m makers OUT [PART]``; PART ``0/2`` writes every second one."""

import json
import sys
import time
from pathlib import Path

from drawn_maps import SETS

from . import arrays, other_pictures, png_files, png_optimisers, tiff_files  # noqa: F401
from .ways import WAYS, Way


def write_form(way: Way, name: str, folder: Path) -> str:
    """The twelve maps of a set; what went wrong, '' where nothing did."""
    folder.mkdir(parents=True)
    try:
        for index, picture in enumerate(SETS[name].pictures()):
            way.write(picture, folder / f'p{index:02}{way.suffix}')
    except Exception as error:  # a tool that cannot write such a map is no form
        return f'{type(error).__name__}: {error}'.splitlines()[0][:200]
    return ''


def main(out: Path, part: str = '0/1') -> None:
    """All ways whose tools are there, with all their sets."""
    first, step = map(int, part.split('/'))
    forms = [(way, name) for way in WAYS for name in way.sets]
    rows = []
    for number, (way, name) in list(enumerate(forms))[first::step]:
        start, folder = time.perf_counter(), f'{number:04}'
        row = {key: getattr(way, key) for key in ('group', 'tool', 'how', 'stores', 'is_lost')}
        row |= dict(number=number, set=name, folder=folder, version=way.version)
        row['failure'] = write_form(way, name, out / folder) if way.version else 'not installed'
        row['seconds'] = round(time.perf_counter() - start, 3)
        rows.append(row)
    (out / f'manifest-{first}.json').write_text(json.dumps(rows, indent=1))


if __name__ == '__main__':
    main(Path(sys.argv[1]), *sys.argv[2:])
