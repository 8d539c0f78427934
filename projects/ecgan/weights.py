"""Where the weights of a pretrained network come from, and that they stay out of checkpoints."""

import hashlib
from functools import partial
from pathlib import Path
from urllib.parse import urlparse

import torch
from mmengine.dist import barrier, is_main_process
from torch import Tensor, nn

from .errors import MissingFileError


def file_sha256(path: str | Path) -> str:
    """SHA-256 of a file as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def cached_path(url: str) -> Path:
    """Path at which PyTorch keeps the file of an address on this machine."""
    return Path(torch.hub.get_dir()) / 'checkpoints' / Path(urlparse(url).path).name


def find_weights(source: str, purpose: str, option: str, origin: str = '') -> Path:
    """Find a weight file, fetching it once where the source is an address.

    Args:
        source: A local path, or an ``http(s)`` address.
        purpose: What the weights are for, named in errors (``"Inception network of FID"``).
        option: The config option that takes a local path, named in errors.
        origin: Sentence on where a missing local file comes from, added to its error.

    Returns:
        Path of the file on this machine.

    Raises:
        MissingFileError: If there is no such file, or it cannot be fetched.
    """
    if not source.startswith(('http://', 'https://')):
        path = Path(source).expanduser()
        if not path.is_file():
            raise MissingFileError(
                f'Weights of the {purpose} not found: {path} ({option}). {origin}'.rstrip()
            )
        return path
    path = cached_path(source)
    reason = None
    if is_main_process() and not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # The end of a published name is the beginning of the file's SHA-256.
            digest = torch.hub.HASH_REGEX.search(path.name)
            torch.hub.download_url_to_file(source, str(path), digest and digest.group(1))
        except (OSError, RuntimeError) as error:
            reason = error
    barrier()
    if not path.is_file():
        raise MissingFileError(
            f'Cannot fetch the weights of the {purpose} from {source} '
            f'({reason or "the main process failed"}). Download the file elsewhere and put it at '
            f'{path}, or give its path as {option}.'
        ) from reason
    return path


def keep_out_of_checkpoints(owner: nn.Module, name: str) -> None:
    """Leave a frozen, pretrained part out of its owner's state dict; loading leaves it as it is."""
    owner._register_state_dict_hook(partial(_leave_out, name))
    owner._register_load_state_dict_pre_hook(partial(_fill_in, name), with_module=True)


def _leave_out(name: str, owner: nn.Module, state: dict, prefix: str, _: dict) -> None:
    for key in [key for key in state if key.startswith(f'{prefix}{name}.')]:
        del state[key]


def _fill_in(name: str, owner: nn.Module, state: dict, prefix: str, *_: object) -> None:
    own: dict[str, Tensor] = getattr(owner, name).state_dict()
    state.update({f'{prefix}{name}.{key}': value for key, value in own.items()})
