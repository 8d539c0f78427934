"""Folders of golden numbers: inputs and outputs of the authors' networks.

A folder holds ``meta.json`` (sizes, released names and shapes of all weights, losses, gradient
norms) and ``tensors.npz`` (inputs and outputs). Weights follow from their names, see
:func:`golden_weight`.
"""

import json
import math
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...errors import DataError, MissingFileError
from ...models import ECGAN
from ...models.converters import exact_singular_vectors, infer_config, load_converted
from ...models.preprocessors.layout_data_preprocessor import LayoutDataPreprocessor

NETWORKS = ('generator', 'discriminator')
LOSSES = (
    'generator_gan',
    'generator_feature_matching',
    'discriminator_fake',
    'discriminator_real',
)
_META_KEYS = ('config', 'semantic_nc', 'spectrally_normalised', 'losses', *NETWORKS)
_CONFIG_KEYS = ('label_nc', 'dontcare', 'instance', 'num_upsampling_layers')
_IMAGES = tuple(f'{m}_{n}' for m in ('eval', 'train') for n in ('image_coarse', 'image', 'edge'))


def golden_weight(network: str, name: str, shape: tuple[int, ...]) -> Tensor:
    """The weight that a golden case gives a tensor.

    Args:
        network: ``generator`` or ``discriminator``.
        name: Released name.
        shape: Its shape.

    Returns:
        Normal numbers seeded by the CRC-32 of ``network.name``, times 0.1 for one axis, else times
        1 / sqrt(product of all axes but the first); float32.
    """
    # The legacy generator on purpose: its stream is frozen for good.
    random = np.random.RandomState(zlib.crc32(f'{network}.{name}'.encode()))
    scale = 0.1 if len(shape) == 1 else 1 / math.sqrt(math.prod(shape[1:]))
    numbers = random.standard_normal(math.prod(shape)).reshape(shape) * scale
    return torch.from_numpy(numbers.astype(np.float32))


@dataclass(frozen=True)
class GoldenCase:
    """One folder of golden numbers.

    Attributes:
        folder: Where it was read from.
        meta: Contents of ``meta.json``.
        tensors: Contents of ``tensors.npz``.
    """

    folder: Path
    meta: dict
    tensors: dict[str, np.ndarray]

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.folder.name

    def released_state(self, network: str) -> dict[str, Tensor]:
        """The network's weights as a released state dict, with batch-norm statistics 0 and 1.

        Normalised weights come with their exact singular vectors.
        """
        normalised = set(self.meta['spectrally_normalised'])
        state = {}
        for name, shape in self.meta[network].items():
            weight = golden_weight(network, name, tuple(shape))
            if f'{network}.{name}' in normalised:
                state[f'{name}_orig'] = weight
                state[f'{name}_u'], state[f'{name}_v'] = exact_singular_vectors(weight)
            else:
                state[name] = weight
            if name.endswith('.mlp_gamma.bias'):
                norm = name.replace('.mlp_gamma.bias', '.param_free_norm')
                state[f'{norm}.running_mean'] = torch.zeros(shape)
                state[f'{norm}.running_var'] = torch.ones(shape)
                state[f'{norm}.num_batches_tracked'] = torch.tensor(0)
        return state

    def build_model(
        self,
        device: torch.device | str = 'cpu',
        dtype: torch.dtype = torch.float32,
        layout_mode: str = 'auto',
    ) -> ECGAN:
        """This project's model with the case's weights and the base losses, lambda = 2.

        In training mode; its steps take what :meth:`batch` gives. For ``layout_mode`` see
        :class:`SPADENorm`.

        Raises:
            CheckpointError: If a weight's name is unknown, or the weights do not fit the networks.
        """
        config = self.meta['config']
        generator = infer_config(self.meta['generator'], config['num_upsampling_layers'])
        generator['trunk'] = dict(type='SPADETrunk', layout_mode=layout_mode)
        generator['semantic_module']['layout_mode'] = layout_mode
        model = ECGAN(
            generator=generator,
            discriminator=dict(infer_config(self.meta['discriminator']), layout_mode=layout_mode),
            data_preprocessor=dict(
                type=GoldenInputs,
                num_classes=config['label_nc'],
                with_unknown=config['dontcare'],
                with_boundary=config['instance'],
                ignore_index=config['label_nc'],
            ),
            gan_loss=dict(type='GANLoss', gan_type='hinge'),
            feature_matching_loss=dict(type='FeatureMatchingLoss', loss_weight=10.0),
            final_weight=2.0,
        )
        for network in NETWORKS:
            load_converted(getattr(model, network), self.released_state(network), network)
        return model.to(device, dtype)

    def batch(self, dtype: torch.dtype) -> dict:
        """The case's inputs as a batch for :meth:`build_model`'s steps.

        Args:
            dtype: Floating point type of photos and edges.

        Returns:
            ``inputs``: ``label`` and, where used, ``boundary`` ``(N, H, W)``; ``image``
            ``(N, 3, H, W)`` and ``edge`` ``(N, 1, H, W)`` in [-1, 1].
        """
        names = dict(label='label', image='real_image', edge='real_edge')
        if self.meta['config']['instance']:
            names['boundary'] = 'instance_boundary'
        inputs = {key: torch.from_numpy(self.tensors[name]) for key, name in names.items()}
        return dict(
            inputs={k: x.to(dtype) if x.is_floating_point() else x for k, x in inputs.items()}
        )


class GoldenInputs(LayoutDataPreprocessor):
    """Encodes labels as in training, and takes photos and edges that are in [-1, 1] already."""

    def forward(self, data: dict, training: bool = False) -> dict:
        """Encode a batch of :meth:`GoldenCase.batch`."""
        images = {key: data['inputs'][key] for key in ('image', 'edge')}
        labels = {key: x for key, x in data['inputs'].items() if key not in images}
        encoded = super().forward(dict(inputs=labels), training)
        images = self.cast_data(images)
        images['edge'] = images['edge'].expand(-1, 3, -1, -1)
        encoded['inputs'].update(images)
        return encoded


def read_golden(folder: str | Path) -> GoldenCase:
    """Read a folder of golden numbers and check that it is complete.

    Args:
        folder: Folder with ``meta.json`` and ``tensors.npz``.

    Returns:
        The case.

    Raises:
        MissingFileError: If the folder or a file is missing.
        DataError: If an entry is missing or entries contradict each other.
    """
    folder = Path(folder)
    for path in (folder, folder / 'meta.json', folder / 'tensors.npz'):
        if not path.exists():
            raise MissingFileError(
                f'{path} does not exist; a folder of golden numbers holds meta.json and tensors.npz'
            )
    meta = json.loads((folder / 'meta.json').read_text())
    try:
        with np.load(folder / 'tensors.npz', allow_pickle=False) as archive:
            case = GoldenCase(folder, meta, dict(archive))
    except (EOFError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f'{folder / "tensors.npz"} is not a readable archive: {error}') from error
    _require(folder / 'meta.json', meta, _META_KEYS)
    _require(folder / 'meta.json (config)', meta['config'], _CONFIG_KEYS)
    _require(folder / 'meta.json (losses)', meta['losses'], LOSSES)
    config = meta['config']
    names = ['label', 'real_image', 'real_edge', *_IMAGES]
    _require(
        folder / 'tensors.npz',
        case.tensors,
        [*names, 'instance_boundary'] if config['instance'] else names,
    )
    _check_layout(case)
    return case


def _require(source: Path, entries: dict, names: tuple | list) -> None:
    missing = [name for name in names if name not in entries]
    if missing:
        raise DataError(f'{source} lacks {missing}; it has {sorted(entries)[:12]}')


def _check_layout(case: GoldenCase) -> None:
    config, label = case.meta['config'], case.tensors['label']
    largest = config['label_nc'] - 1 + int(config['dontcare'])
    if label.max() > largest:
        raise DataError(
            f'{case.folder}: label {label.max()} exceeds {largest} (label_nc {config["label_nc"]}, '
            f'dontcare {config["dontcare"]})'
        )
    channels = config['label_nc'] + int(config['dontcare']) + int(config['instance'])
    if channels != case.meta['semantic_nc']:
        raise DataError(
            f'{case.folder}: semantic_nc is {case.meta["semantic_nc"]}, label_nc, dontcare and '
            f'instance give {channels}'
        )
