"""Models by name: one of the box, a file, an address, or one of the Hugging Face hub."""

import difflib
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import torch

from ..errors import MissingFileError, one_line
from . import hub
from .model_file import SUFFIX, read_model_file

BOX = Path(__file__).with_name('box')


def box_models() -> dict[str, Path]:
    """The models that come with the package: name -> file."""
    return {path.stem: path for path in sorted(BOX.glob(f'*{SUFFIX}'))}


def find_model(name: str | Path) -> str:
    """The file that a name means; what is at an address or on the hub is fetched once.

    Args:
        name: One of :func:`box_models` (a file of that name is ``./NAME``), a file,
            ``http(s)://...``, ``hf://OWNER/REPO[@REVISION][/FILE]``, or an address that MMEngine's
            ``CheckpointLoader`` takes, such as ``s3://...``, which is returned as it is.

    Returns:
        Path of a checkpoint or of a model file.

    Raises:
        MissingFileError: There is no such model, or it cannot be fetched.
        ConfigError: The name is malformed, or a package that it needs is missing.
    """
    name, known = str(name), box_models()
    if name in known:
        return str(known[name])
    if name.startswith(hub.PREFIX):
        return str(hub.fetch(name))
    if name.startswith(('http://', 'https://')):
        return str(_fetch(name))
    path = Path(name).expanduser()
    if '://' in name or path.is_file():
        return name if '://' in name else str(path)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f', did you mean {close[0]}?' if close else ''
    raise MissingFileError(
        f'no model {name}: the box has {", ".join(known) or "none"}, and there is no such file'
        f'{hint}'
    )


def read_model(path: str) -> dict[str, Any]:
    """What a checkpoint or a model file holds, in the form of a checkpoint; nothing of it is run.

    Raises:
        UserError: It is not whole, or holds something else.
    """
    if path.endswith(SUFFIX):
        return read_model_file(path).as_checkpoint()
    from mmengine.runner.checkpoint import CheckpointLoader

    return CheckpointLoader.load_checkpoint(path, map_location='cpu')


def _fetch(address: str) -> Path:
    """Fetch a file once. Models of many addresses have one name, so each has its own folder."""
    place = Path(torch.hub.get_dir()) / 'checkpoints' / 'ecgan'
    path = place / hashlib.sha256(address.encode()).hexdigest()[:16] / _file_name(address)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            torch.hub.download_url_to_file(address, str(path))
        except (OSError, ValueError) as error:
            raise MissingFileError(
                f'cannot fetch {address} ({one_line(error)}): download the file elsewhere and name '
                f'it, or put it at {path}'
            ) from error
    return path


def _file_name(address: str) -> str:
    return Path(urlparse(address).path).name or 'model'
