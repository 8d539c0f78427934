"""The archive of a checkpoint, before anything in it is read.

PyTorch writes a zip archive of plain, uncompressed records in one folder, so whatever else an
archive holds was made by somebody else, to fill the memory or to be unpacked in the wrong place.
"""

import os
import zipfile
from pathlib import PurePosixPath
from typing import Any


def _read(file: str | os.PathLike | Any) -> tuple[list[zipfile.ZipInfo], int] | None:
    """Records of an archive and bytes of the file; None for what is no archive."""
    is_open = hasattr(file, 'seek')
    position = file.tell() if is_open else 0
    try:
        with zipfile.ZipFile(file) as archive:
            # As many bytes as there are at most: the end of the file lies behind every record.
            return archive.infolist(), archive.fp.seek(0, os.SEEK_END)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    finally:
        if is_open:
            file.seek(position)


def archive_problem(file: str | os.PathLike | Any) -> str | None:
    """Say in a few words what an archive holds that no checkpoint does.

    None for a sound archive, and for a file that is no archive. An open file keeps its position.
    """
    found = _read(file)
    if found is None:
        return None
    records, available = found
    names = [record.filename for record in records]
    outside = [name for name in names if _leads_outside(name)]
    if outside:
        return f'a record that leads out of its folder ({outside[0]!r})'
    if len(set(names)) < len(names):
        return 'two records of one name'
    unpacked = sum(record.file_size for record in records)
    if unpacked > available:
        return f'{unpacked} bytes when unpacked, in a file of {available} bytes'
    packed = [record.filename for record in records if record.compress_type != zipfile.ZIP_STORED]
    return f'a compressed record ({packed[0]!r})' if packed else None


def record_sizes(file: str | os.PathLike | Any) -> dict[str, int]:
    """Bytes of each record of an archive, by its name without the folder of them all.

    Such as of ``data/0``; empty for a file that is no archive. An open file keeps its position.
    """
    records, _ = _read(file) or ([], 0)
    return {record.filename.partition('/')[2]: record.file_size for record in records}


def _leads_outside(name: str) -> bool:
    path = PurePosixPath(name.replace('\\', '/'))
    return path.is_absolute() or '..' in path.parts or ':' in name
