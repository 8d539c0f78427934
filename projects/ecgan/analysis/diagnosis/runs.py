"""Trainings, their checkpoints, and the batches that these are measured on."""

import copy
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from mmagic.registry import MODELS
from mmengine.device import get_device
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from ...engine.configuration import checkpoints, config_title, is_whole, read_config
from ...engine.hooks.matching_checkpoint_hook import find_mismatches
from ...engine.random_state import preserved_generators, seed_generators
from ...errors import CheckpointError, ConfigError, MissingFileError
from ...inference.model_names import read_model
from ...models.ecgan import ECGAN
from ...models.parts.unwrap import unwrapped_names
from ...recipes.carried_config import read_carried_config
from .measurement import check_measurable, measure_training


@dataclass(frozen=True)
class Snapshot:
    """A training at one of its checkpoints.

    Attributes:
        run: What the training is called.
        checkpoint: File with the weights.
        config: Recipe or config file; None: the config that the checkpoint carries.
    """

    run: str
    checkpoint: Path
    config: str | None = None


def find_snapshots(places: Sequence[str]) -> list[Snapshot]:
    """Snapshots of what the arguments of a command name.

    Args:
        places: Work dirs, of which all ``iter_N.pth`` and ``epoch_N.pth`` are taken, the earliest
            first; and configs, each followed by a checkpoint.

    Raises:
        ConfigError: A config is not followed by a checkpoint, or a work dir has none.
        MissingFileError: There is no such config or checkpoint.
    """
    found: list[tuple[str, Path, str | None]] = []
    rest = list(places)
    while rest:
        place = rest.pop(0)
        if Path(place).is_dir():
            found += [(_folder_name(Path(place)), path, None) for path in _saved_in(Path(place))]
            continue
        title = config_title(place)
        if not rest or Path(rest[0]).is_dir():
            raise ConfigError(f'{place} is to be followed by a checkpoint, or to be a work dir')
        checkpoint = Path(rest.pop(0))
        if not checkpoint.is_file():
            raise MissingFileError(f'checkpoint {checkpoint} does not exist')
        found.append((title, checkpoint, place))
    folders: dict[str, set[Path]] = {}
    for title, checkpoint, _ in found:
        folders.setdefault(title, set()).add(checkpoint.resolve().parent)
    snapshots = [
        # Several trainings of one name are told apart by their folders.
        Snapshot(title if len(folders[title]) == 1 else f'{title} ({path.parent})', path, config)
        for title, path, config in found
    ]
    return list(dict.fromkeys(snapshots))


def _folder_name(folder: Path) -> str:
    """Of ``run_recipes.py``'s folders RECIPE/seed_N both."""
    folder = folder.resolve()
    return f'{folder.parent.name}/{folder.name}' if 'seed_' in folder.name else folder.name


def _saved_in(folder: Path) -> list[Path]:
    found = [path for path in checkpoints(folder) if path.parent.resolve() == folder.resolve()]
    if not found:
        raise ConfigError(f'no checkpoints iter_N.pth or epoch_N.pth in {folder}')
    return sorted(found, key=lambda path: [int(each) for each in re.findall(r'\d+', path.stem)])


def diagnose_runs(
    snapshots: Sequence[Snapshot], num_batches: int, seed: int, device: str | None = None
) -> Iterator[dict]:
    """Measure snapshots one after another.

    Args:
        snapshots: What is measured.
        num_batches: Batches of each recipe's training.
        seed: Seed of the batches, and of noise and augmentation.
        device: Where to compute; None for a GPU where there is one.

    Yields:
        For each snapshot ``run``, ``checkpoint``, ``iteration``, ``num_batches`` (fewer where the
        data set ends), ``num_layouts``, ``batches`` (a digest: alike where the labels and photos
        were), and what :func:`measure_training` returns.

    Raises:
        UserError: A model, a checkpoint or a data set does not do; the sentence says which.
    """
    for snapshot in snapshots:
        model, config, iteration = _load(snapshot)
        batches = _training_batches(config.get('train_dataloader'), num_batches, seed)
        measured = measure_training(model.to(device or get_device()), batches, iteration, seed)
        yield dict(
            run=snapshot.run,
            checkpoint=str(snapshot.checkpoint),
            iteration=iteration,
            num_batches=len(batches),
            num_layouts=sum(len(batch['inputs']['label']) for batch in batches),
            batches=_digest(batches),
            **measured,
        )


def _load(snapshot: Snapshot) -> tuple[ECGAN, Mapping[str, Any], int]:
    """The model with its weights, its config, and the iteration."""
    path = snapshot.checkpoint
    if not is_whole(path):
        raise CheckpointError(f'the checkpoint {path} is cut short or damaged; take another one')
    content = read_model(str(path))
    if snapshot.config is None:
        config = read_carried_config(content, str(path))
    else:
        config = read_config(snapshot.config)
    init_default_scope('mmagic')
    kind = (config.get('model') or {}).get('type')
    known = MODELS.get(kind) if isinstance(kind, str) else kind
    if not (isinstance(known, type) and issubclass(known, ECGAN)):
        raise ConfigError(
            f'{snapshot.config or path} trains a model of type {kind}: only ECGAN models are '
            "looked at, with all parts or without, as SPADE's recipes"
        )
    model = MODELS.build(config['model'])
    check_measurable(model)
    state = unwrapped_names(content.get('state_dict', content))
    problems = find_mismatches(model, state, whole=True)
    if problems:
        raise CheckpointError(
            f'the checkpoint {path} is not that of a training of this config: {"; ".join(problems)}'
        )
    model.load_state_dict(state)
    return model, config, _iteration_of(content, path)


def _iteration_of(content: Mapping[str, Any], path: Path) -> int:
    iteration = (content.get('meta') or {}).get('iter')
    if iteration is None:
        named = re.search(r'iter_(\d+)', path.stem)
        if named is None:
            raise CheckpointError(f'neither {path} nor its name says of which iteration it is')
        iteration = int(named.group(1))
    return iteration


def _training_batches(loader: Mapping[str, Any] | None, count: int, seed: int) -> list[dict]:
    """The first batches of a training that begins with a seed, made in this process."""
    if loader is None:
        raise ConfigError('the config has no train_dataloader, so there are no training batches')
    loader = copy.deepcopy(dict(loader)) | dict(num_workers=0, persistent_workers=False)
    loader.pop('prefetch_factor', None)
    with preserved_generators():
        seed_generators(seed)
        return list(islice(Runner.build_dataloader(loader, seed=seed), count))


def _digest(batches: Sequence[dict]) -> str:
    digest = hashlib.sha256()
    for batch in batches:
        for key in ('label', 'image'):
            for each in batch['inputs'].get(key, ()):
                digest.update(torch.as_tensor(each).contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
