"""From which checkpoint a run goes on."""

import re
import zipfile
import zlib
from pathlib import Path

from mmengine.config import Config

from ...errors import CheckpointError, MissingFileError

# How a pickle of protocol 2 begins, which is what torch writes without an archive.
_PICKLE = b'\x80\x02'


def set_resume(cfg: Config, resume: str | None) -> None:
    """Let a run go on from a checkpoint.

    Args:
        cfg: Changed in place: ``resume`` and ``load_from``.
        resume: A checkpoint; ``'auto'`` for the newest whole one of the work dir, if there is one,
            with a line about those that are not; None for what the config says of it.

    Raises:
        MissingFileError: The checkpoint does not exist.
        CheckpointError: The checkpoint, or every one of the work dir, is not whole.
    """
    if resume is None:
        if not cfg.get('resume'):
            return
        resume = cfg.get('load_from') or 'auto'
    if resume == 'auto':
        folders = _checkpoint_folders(cfg)
        newest = _newest_whole(*folders)
        if newest is None:
            places = ' nor '.join(map(str, folders))
            print(f'--resume: no checkpoint in {places}, the run starts from the beginning')
            cfg.resume = False
            return
        resume = str(newest)
    elif Path(resume).is_file() and not is_whole(Path(resume)):
        others = [path for path in checkpoints(Path(resume).parent) if is_whole(path)]
        hint = f'the newest whole one beside it is {others[0]}' if others else 'take another one'
        raise CheckpointError(f'the checkpoint {resume} is cut short or damaged; {hint}')
    set_checkpoint(cfg, resume)
    cfg.resume = True


def set_checkpoint(cfg: Config, checkpoint: str) -> None:
    """Let a run load a checkpoint: a file, or an address such as ``https://...``.

    Raises:
        MissingFileError: The file does not exist.
    """
    if '://' not in checkpoint and not Path(checkpoint).expanduser().is_file():
        raise MissingFileError(f'checkpoint {checkpoint} does not exist')
    cfg.load_from = checkpoint


def checkpoints(work_dir: Path, *others: Path) -> list[Path]:
    """The checkpoints from which a run in ``work_dir`` may go on, the preferred one first.

    What ``last_checkpoint`` names comes first, also after the folder was moved; then the
    ``iter_N.pth`` and ``epoch_N.pth``, the highest number first.

    Args:
        work_dir: Where the run writes.
        *others: More folders with its checkpoints.
    """
    folders = (work_dir, *others)
    found = []
    note = work_dir / 'last_checkpoint'
    if note.is_file():
        named = Path(note.read_text(encoding='utf-8', errors='replace').strip())
        found = [
            path for path in (named, *(folder / named.name for folder in folders)) if path.is_file()
        ][:1]
    numbered = [
        (int(match.group(1)), path)
        for folder in folders
        for path in folder.glob('*.pth')
        if (match := re.fullmatch(r'(?:iter|epoch)_(\d+)\.pth', path.name))
    ]
    return found + [path for _, path in sorted(numbered, reverse=True) if path not in found]


def is_whole(checkpoint: Path) -> bool:
    """Whether a file is all there: a checkpoint is a zip archive, with checksums of its content.

    A file of torch's old format, which has neither index nor checksums, is taken as whole where it
    begins like one.
    """
    with open(checkpoint, 'rb') as file:
        start = file.read(2)
    if start == _PICKLE:
        return True
    try:
        with zipfile.ZipFile(checkpoint) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, zlib.error):
        return False


def _checkpoint_folders(cfg: Config) -> list[Path]:
    """The work dir, and where the config's ``CheckpointHook`` writes if that is elsewhere."""
    work_dir = Path(cfg.work_dir)
    elsewhere = ((cfg.get('default_hooks') or {}).get('checkpoint') or {}).get('out_dir')
    folders = [work_dir, *([Path(elsewhere, work_dir.name)] if elsewhere else [])]
    return list(dict.fromkeys(folders))


def _newest_whole(work_dir: Path, *others: Path) -> Path | None:
    """The first whole checkpoint; None where there is none at all."""
    found = checkpoints(work_dir, *others)
    for path in found:
        if is_whole(path):
            for damaged in found[: found.index(path)]:
                print(f'warning: {damaged} is cut short or damaged, going on from {path}')
            return path
    if found:
        raise CheckpointError(
            f'every checkpoint of {work_dir} is cut short or damaged ({found[0].name} is the '
            'newest one); to begin anew, leave out --resume'
        )
    return None
