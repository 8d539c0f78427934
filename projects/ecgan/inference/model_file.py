"""A trained generator in one file that runs nothing: weights and what belongs to them.

A safetensors file, whose header holds beside the tensors texts: ``ecgan`` (version of this form),
``config`` (as in a checkpoint), ``classes``, ``palette`` and ``card`` in JSON, and ``digest``, the
SHA-256 of all of it and of the tensors.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ..errors import CheckpointError, DataError, MissingFileError, one_line

SUFFIX = '.safetensors'
FORM = '1'
_JSON = ('classes', 'palette', 'card')


@dataclass(frozen=True)
class ModelFile:
    """What such a file holds.

    Attributes:
        state: Name -> tensor, as the model that is built for inference loads it.
        config: The config as text, as :func:`~projects.ecgan.recipes.carried_config.write_config`
            writes it.
        classes: Their names.
        palette: RGB colour of each.
        card: What it is, its recipe, training and metrics; see :mod:`.model_card`.
    """

    state: Mapping[str, Tensor]
    config: str
    classes: list[str]
    palette: list[list[int]]
    card: dict[str, Any] = field(default_factory=dict)

    def as_checkpoint(self) -> dict[str, Any]:
        """The same in the form of a training's checkpoint, floating point numbers in 32 bits."""
        state = {name: x.float() if x.is_floating_point() else x for name, x in self.state.items()}
        about = dict(classes=self.classes, palette=self.palette)
        return dict(
            state_dict=state, meta=dict(cfg=self.config, dataset_meta=about, card=self.card)
        )

    def to_bytes(self) -> bytes:
        """The file; what holds the same is the same to the byte."""
        texts = dict(ecgan=FORM, format='pt', config=self.config)
        texts |= {name: json.dumps(getattr(self, name), sort_keys=True) for name in _JSON}
        texts['digest'] = _digest(texts, self.state)
        state = {name: value.detach().clone().contiguous() for name, value in self.state.items()}
        return _in_order(save(state, texts))


def read_model_file(path: str | Path) -> ModelFile:
    """Read such a file.

    Raises:
        MissingFileError: There is none.
        CheckpointError: It is not whole, of another kind, or not as it was written.
    """
    if not Path(path).is_file():
        raise MissingFileError(f'the model {path} does not exist')
    try:
        with safe_open(path, framework='pt') as file:
            texts = file.metadata() or {}
            if 'ecgan' not in texts:
                raise CheckpointError(
                    f'{path} is a safetensors file of something else: it carries no config of '
                    'ECGAN; ecgan export CHECKPOINT model.safetensors writes one'
                )
            if texts['ecgan'] != FORM:
                raise CheckpointError(
                    f'{path} has form {texts["ecgan"]!r} of model files, this version reads '
                    f'{FORM!r}: a newer ecgan-mmagic is needed'
                )
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if texts.pop('digest', '') != _digest(texts, state):
            raise CheckpointError(
                f'{path} is not as it was written (its SHA-256 is another): fetch or export it anew'
            )
        return ModelFile(state, texts['config'], *_values(texts))
    except (SafetensorError, OSError, KeyError, ValueError, RuntimeError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(
            f'{path} is no whole safetensors file ({one_line(error)}): fetch or export it anew'
        ) from error


def in_16_bits(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights as float16; vectors, such as biases and running statistics, take little room: as is.

    Raises:
        DataError: A weight is no finite number in 16 bits.
    """
    halved = {}
    for name, value in state.items():
        halved[name] = value.half() if value.is_floating_point() and value.ndim > 1 else value
        if not halved[name].isfinite().all():
            raise DataError(
                f'{name} reaches {value.abs().max():.3g}, which 16 bits do not hold (up to '
                f'{torch.finfo(torch.float16).max:g}): leave the weights in float32'
            )
    return halved


def _values(texts: Mapping[str, str]) -> tuple[list[str], list[list[int]], dict[str, Any]]:
    """Classes, palette and card, which a file from anywhere may hold in any form."""
    classes, palette, card = (json.loads(texts[name]) for name in _JSON)
    if not (isinstance(classes, list) and all(isinstance(name, str) for name in classes)):
        raise ValueError(f'classes are {texts["classes"]:.80}')
    if np.asarray(palette).shape != (len(classes), 3):
        raise ValueError(f'the palette of {len(classes)} classes is {texts["palette"]:.80}')
    if not isinstance(card, dict):
        raise ValueError(f'the card is {texts["card"]:.80}')
    return classes, palette, card


def _digest(texts: Mapping[str, str], state: Mapping[str, Tensor]) -> str:
    whole = hashlib.sha256(json.dumps(texts, sort_keys=True).encode())
    for name in sorted(state):
        value = state[name].detach().contiguous()
        whole.update(f'{name} {value.dtype} {list(value.shape)}\n'.encode())
        # A view as bytes needs a dimension, and knows types that NumPy does not.
        whole.update(value.reshape(-1).view(torch.uint8).numpy().tobytes())
    return whole.hexdigest()


def _in_order(content: bytes) -> bytes:
    """A safetensors file with the texts of its header in order: the library shuffles them."""
    end = 8 + int.from_bytes(content[:8], 'little')
    header = json.loads(content[8:end])
    header['__metadata__'] = dict(sorted(header['__metadata__'].items()))
    text = json.dumps(header, separators=(',', ':')).encode()
    # The tensors begin at a multiple of 8.
    text += b' ' * (-len(text) % 8)
    return len(text).to_bytes(8, 'little') + text + content[end:]
