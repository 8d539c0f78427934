"""Models of the Hugging Face hub, by its own library: its cache, tokens and switches hold here.

``HF_HOME``, ``HF_HUB_CACHE``, ``HF_TOKEN``, ``HF_ENDPOINT``, ``HF_HUB_OFFLINE`` and the rest are
read by the library; what it has fetched once is there without a network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from ..errors import ConfigError, MissingFileError, UserError, one_line
from ..version import package_versions

if TYPE_CHECKING:
    from huggingface_hub import HfUri

PREFIX = 'hf://'
# What `ecgan push` writes, and what a name without a file means.
MODEL_FILE = 'model.safetensors'
OLDEST = Version('1.13')
_TOKEN = 'set HF_TOKEN or run `hf auth login`'


def fetch(name: str) -> Path:
    """The file of ``hf://OWNER/REPO[@REVISION][/FILE]``, from the cache or the hub.

    Raises:
        ConfigError: The name is malformed, or the library is missing or too old.
        MissingFileError: Repository, revision or file are not there, or not to be had: the sentence
            says which, and what is needed.
    """
    check_library(name)
    from huggingface_hub import hf_hub_download

    uri = _parsed(name)
    file = uri.path_in_repo or MODEL_FILE
    with explained(uri.id, uri.revision, file):
        return Path(hf_hub_download(uri.id, file, revision=uri.revision))


def check_library(purpose: str) -> None:
    """Say how to get the library where it is missing or too old for a purpose.

    Raises:
        ConfigError: It is.
    """
    found = package_versions('huggingface_hub').get('huggingface_hub')
    if find_spec('huggingface_hub') is None or found is None or Version(found) < OLDEST:
        raise ConfigError(
            f'{purpose} needs huggingface_hub {OLDEST} or newer, this is {found or "without it"}: '
            "pip install 'ecgan-mmagic[hub]' or huggingface_hub"
        )


def _parsed(name: str) -> HfUri:
    from huggingface_hub import parse_hf_uri
    from huggingface_hub.errors import HfUriError

    try:
        uri = parse_hf_uri(name)
    except HfUriError as error:
        raise ConfigError(
            f'{name} is no model of the hub, hf://OWNER/REPO[@REVISION][/FILE]: {one_line(error)}'
        ) from error
    if uri.type != 'model':
        raise ConfigError(f'{name} is a {uri.type} of the hub, not a model')
    return uri


@contextmanager
def explained(repository: str, revision: str | None = None, file: str = '') -> Iterator[None]:
    """Turn what the library raises into one sentence that says what is missing.

    Args:
        repository: OWNER/REPO.
        revision: Branch, tag or commit; None: the main branch.
        file: The wanted file.

    Raises:
        MissingFileError: Something of it is not there, or not to be had.
    """
    from huggingface_hub import constants, errors

    hub, where = constants.ENDPOINT, f'{PREFIX}{repository}' + (f'@{revision}' if revision else '')
    try:
        yield
    except UserError:
        raise
    except errors.GatedRepoError as error:
        raise MissingFileError(
            f'{where} is gated: accept its terms at {hub}/{repository}, and {_TOKEN}'
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise MissingFileError(
            f'{hub} has no model repository {repository}, or it is private and the token does not '
            f'open it: check the name, or {_TOKEN}'
        ) from error
    except errors.RevisionNotFoundError as error:
        raise MissingFileError(
            f'{PREFIX}{repository} has no revision {revision}{_has(repository)}'
        ) from error
    except errors.LocalEntryNotFoundError as error:
        why = (
            'HF_HUB_OFFLINE keeps the hub from being asked'
            if constants.HF_HUB_OFFLINE
            else f'{hub} cannot be reached ({one_line(error.__cause__ or error)})'
        )
        raise MissingFileError(
            f'{file} of {where} is not in the cache {constants.HF_HUB_CACHE}, and {why}'
        ) from error
    except errors.EntryNotFoundError as error:
        raise MissingFileError(
            f'{where} has no file {file}{_has(repository, revision, files=True)}'
        ) from error
    except (errors.HTTPError, errors.HFValidationError, OSError) as error:
        response = getattr(error, 'response', None)
        if response is not None and response.status_code in (401, 403):
            raise MissingFileError(
                f'{hub} refuses {where} (status {response.status_code}): {_TOKEN}, with a token '
                'that may do so'
            ) from error
        raise MissingFileError(f'{hub}: {where}: {one_line(error)}') from error


def _has(repository: str, revision: str | None = None, files: bool = False) -> str:
    """The revisions or files that a repository does have; '' where that cannot be learnt."""
    from huggingface_hub import HfApi, errors

    try:
        if files:
            names = HfApi().list_repo_files(repository, revision=revision)
        else:
            refs = HfApi().list_repo_refs(repository)
            names = [ref.name for ref in (*refs.branches, *refs.tags)]
    except (errors.HTTPError, OSError):
        return ''
    return f', it has {", ".join(names[:8])}' if names else ''


def push_folder(
    folder: Path, files: Sequence[str], repository: str, private: bool = False, message: str = ''
) -> str:
    """Upload files of a folder as one commit; the repository is made where there is none.

    Args:
        folder: Where they are.
        files: Their paths below it.
        repository: OWNER/REPO.
        private: Whether a repository that is made is.
        message: Of the commit.

    Returns:
        Address of the repository's page.

    Raises:
        ConfigError: The library or a token is missing, or the hub refuses the card.
        MissingFileError: The hub cannot be reached, or refuses the token.
    """
    check_library('uploading to the hub')
    from huggingface_hub import HfApi, constants, get_token

    if get_token() is None:
        raise ConfigError(f'uploading to {constants.ENDPOINT} needs a token of yours: {_TOKEN}')
    api = HfApi()
    with explained(repository):
        address = api.create_repo(repository, private=private, exist_ok=True)
        try:
            api.upload_folder(
                repo_id=repository,
                folder_path=folder,
                allow_patterns=list(files),
                commit_message=message or 'Upload a model',
            )
        except ValueError as error:
            if isinstance(error, OSError):
                raise
            raise ConfigError(
                f'{constants.ENDPOINT} refuses the card: {one_line(error)}'
            ) from error
    return str(address)
