"""A trained generator as a file for other runtimes: ONNX, or a program of ``torch.export``.

The file takes label maps as they are and gives pictures as they are written; what a data pipeline
does for the network is inside.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from mmengine import fileio
from packaging.version import Version

from ..compat.atomic_checkpoints import write_atomically
from ..datasets.label_files import UNKNOWN
from ..errors import CheckpointError, ConfigError
from ..version import __version__
from .inferencer import ECGANInferencer
from .input_maps import NamedMap
from .label_map_generator import LabelMapGenerator

if TYPE_CHECKING:
    from torch.export import ExportedProgram

OLDEST_TORCH = Version('2.6')
ONNX_PACKAGES = ('onnx', 'onnxscript', 'onnxruntime')
ONNX_INSTALL = 'pip install onnx onnxscript onnxruntime'
_IDS = 'ids of label maps as in the files, once read as `reading` says; never colours'
# What other kernels may differ by: values in [-1, 1], and the pixels' values that rounding then
# takes to the neighbouring level.
MAX_DIFFERENCE = 1e-4
MAX_SHARE = 0.01

Maps: TypeAlias = list[np.ndarray]
Run: TypeAlias = Callable[[Maps], np.ndarray]


@dataclass(frozen=True)
class Agreement:
    """What an exported file gives against what PyTorch gives, over all layouts that were tried.

    Attributes:
        largest: Largest difference: of values in [-1, 1] where ``as_float``, of levels otherwise.
        share: Share of the values that differ.
        values: Number of values.
        as_float: Whether the pictures are float32.
    """

    largest: float
    share: float
    values: int
    as_float: bool

    def __str__(self) -> str:
        if self.as_float:
            return f'at most {self.largest:.1e} from PyTorch in {self.values} values'
        return (
            f'at most {self.largest:.0f} levels from PyTorch, {self.share:.3%} of {self.values} '
            'values differ'
        )

    @property
    def is_close(self) -> bool:
        """Whether rounding explains the differences; NaN is not close."""
        if self.as_float:
            return self.largest <= MAX_DIFFERENCE
        return self.largest <= 1 and self.share <= MAX_SHARE


def export_program(
    checkpoint: str | Path,
    out: str | Path,
    config: str | Path | None = None,
    as_float: bool = False,
    seed: int = 0,
) -> Agreement:
    """Export the generator of a checkpoint, and write the file if it gives what PyTorch gives.

    Args:
        checkpoint: Name, file or address; see :class:`ECGANInferencer`.
        out: File to write; ``.onnx`` or ``.pt2`` says what it is.
        config: Config file in place of the one in the checkpoint.
        as_float: Pictures are float32 in [-1, 1] in place of uint8.
        seed: Which picture of a layout the file makes, where the model has noise.

    Returns:
        How well the file agrees with PyTorch.

    Raises:
        ConfigError: A package is missing or too old.
        CheckpointError: The file gives something else; it is not written then.
    """
    suffix = Path(out).suffix.lower()
    if Version(torch.__version__) < OLDEST_TORCH:
        raise ConfigError(f'exporting needs torch {OLDEST_TORCH}, this is {torch.__version__}')
    if suffix == '.onnx':
        check_onnx_packages()
    inferencer = ECGANInferencer(checkpoint, config, device='cpu')
    program = _trace(inferencer, as_float, seed)
    save, load = (_onnx_file, _run_onnx) if suffix == '.onnx' else (_program_file, _run_program)
    content = save(program, describe(inferencer, as_float, seed))
    agreement = compare(load(content), inferencer, as_float, seed)
    if not agreement.is_close:
        allowed = MAX_DIFFERENCE if as_float else f'1 level in {MAX_SHARE:.0%}'
        raise CheckpointError(f'{out} was not written: {agreement}, allowed is {allowed}')
    write_atomically(content, out)
    return agreement


def check_onnx_packages() -> None:
    """Say what exporting ONNX misses.

    Raises:
        ConfigError: A package.
    """
    missing = [name for name in ONNX_PACKAGES if find_spec(name) is None]
    if missing:
        raise ConfigError(f'exporting ONNX needs {", ".join(missing)}: {ONNX_INSTALL}')


def describe(inferencer: ECGANInferencer, as_float: bool, seed: int = 0) -> dict[str, Any]:
    """What a user of the file needs to know, as it is written into the file."""
    coding = inferencer.coding
    first, unknown = coding.in_files(np.array([0, coding.unknown])).tolist()
    if not inferencer.model.data_preprocessor.with_unknown:
        unknown = None
    kind = 'float32 in [-1, 1]' if as_float else 'uint8'
    inputs = dict(labels=f'{_id_type(inferencer)} (batch, height, width): {_IDS}')
    if inferencer.model.data_preprocessor.with_boundary:
        inputs['instances'] = (
            'int64 (batch, height, width): ids of instances; the labels where there are none'
        )
    return dict(
        classes=inferencer.classes,
        palette=inferencer.palette,
        first_id=first,
        unknown_id=unknown,
        label_map=list(coding.label_map.items()),
        label_colours=inferencer.knowledge.label_colours,
        reading=inferencer.coding.reading.choices,
        trained_size=inferencer.trained_size,
        divisor=inferencer.divisor,
        noise_seed=seed if inferencer.has_noise else None,
        inputs=inputs,
        outputs=dict(image=f'{kind} (batch, height, width, 3): RGB'),
        project=f'ecgan-mmagic {__version__}',
        checkpoint_sha256=hashlib.sha256(fileio.get(inferencer.checkpoint)).hexdigest(),
    )


def compare(run: Run, inferencer: ECGANInferencer, as_float: bool, seed: int = 0) -> Agreement:
    """Compare an exported file with the inferencer on layouts of several sizes and batches.

    ``run`` goes from label maps, and instance maps where the model takes them, to pictures; the
    inferencer works on a CPU in float32.
    """
    seeds = seed if inferencer.has_noise else None
    found = [
        np.abs(run(maps).astype(np.float64) - expected_pictures(inferencer, maps, as_float, seeds))
        for maps in _sample_maps(inferencer)
    ]
    differences = np.concatenate([each.ravel() for each in found])
    share = float((differences != 0).mean())
    return Agreement(float(differences.max()), share, differences.size, as_float)


@torch.inference_mode()
def expected_pictures(
    inferencer: ECGANInferencer, maps: Maps, as_float: bool, seed: int | None = None
) -> np.ndarray:
    """The inferencer's pictures ``(N, H, W, 3)`` of label maps and, perhaps, instance maps."""
    rows = ([NamedMap(str(index), each) for index, each in enumerate(kind)] for kind in maps)
    layouts = [
        inferencer.load(label_map, *others, seed=seed).layout for label_map, *others in zip(*rows)
    ]
    image = inferencer.generator(layouts[0].stacked(layouts))['image']
    if not as_float:
        image = inferencer.model.data_preprocessor.to_uint8(image).flip(1)
    return image.permute(0, 2, 3, 1).numpy()


def _id_type(inferencer: ECGANInferencer) -> str:
    """Files of 8 bits are taken as they are, unless there are more ids than that."""
    ids = inferencer.coding.in_files(np.arange(inferencer.model.num_classes))
    return 'uint8' if ids.max() < UNKNOWN else 'int64'


def _sample_maps(inferencer: ECGANInferencer) -> Iterator[Maps]:
    """Maps of patches of every class; unknown pixels and instances from the second batch on."""
    numbers = np.random.default_rng(0)
    preprocessor, unit = inferencer.model.data_preprocessor, inferencer.divisor
    unit *= -(-32 // unit)
    ids = inferencer.coding.in_files(np.arange(inferencer.model.num_classes))
    for index, (batch, rows, columns) in enumerate([(1, 2, 2), (3, 2, 4), (2, 3, 2)]):
        if index == 1 and preprocessor.with_unknown:
            unknown = np.array([inferencer.coding.unknown])
            ids = np.append(ids, inferencer.coding.in_files(unknown))
        shape = (batch, rows * unit // 4, columns * unit // 4)
        patches = ids[numbers.permutation(np.prod(shape)) % len(ids)].reshape(shape)
        maps = [patches.repeat(4, 1).repeat(4, 2)]
        if preprocessor.with_boundary:
            objects = numbers.integers(0, 30000, (batch, rows * unit // 8, columns * unit // 8))
            maps.append(objects.repeat(8, 1).repeat(8, 2) if index else maps[0])
        yield [maps[0].astype(_id_type(inferencer)), *maps[1:]]


@torch.no_grad()
def _trace(inferencer: ECGANInferencer, as_float: bool, seed: int) -> ExportedProgram:
    from torch.export import Dim

    generator = LabelMapGenerator(inferencer, as_float, seed).eval()
    # How tensors lie in memory is decided by lengths of 1: the bottom of the trunk has at least 2
    # rows and columns, and so has the example.
    height, width = (inferencer.divisor * Dim(name, min=2) for name in ('rows', 'columns'))
    # A slice of the batch reads in torch 2.6 as if there could be 2^63 layouts.
    shape = {0: Dim('batch', min=1, max=2**31), 1: height, 2: width}
    example = torch.zeros(2, 2 * inferencer.divisor, 3 * inferencer.divisor, dtype=torch.int64)
    maps = (example.to(getattr(torch, _id_type(inferencer))), example)
    maps = maps if inferencer.model.data_preprocessor.with_boundary else maps[:1]
    shapes = (shape,) * len(maps)
    return torch.export.export(generator, maps, dynamic_shapes=shapes, strict=False)


def _program_file(program: ExportedProgram, metadata: dict) -> bytes:
    buffer = io.BytesIO()
    torch.export.save(program, buffer, extra_files={'metadata.json': json.dumps(metadata)})
    return buffer.getvalue()


def _run_program(content: bytes) -> Run:
    module = torch.export.load(io.BytesIO(content)).module()
    return torch.inference_mode()(lambda maps: module(*map(torch.from_numpy, maps)).numpy())


def _onnx_file(program: ExportedProgram, metadata: dict) -> bytes:
    exported = torch.onnx.export(
        program, dynamo=True, opset_version=18, output_names=['image'], verbose=False
    )
    model = exported.model_proto
    for value in (*model.graph.input, *model.graph.output):
        for axis, name in zip(value.type.tensor_type.shape.dim, ('batch', 'height', 'width')):
            axis.dim_param = name
    # They have PyTorch's names for the lengths.
    del model.graph.value_info[:]
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=json.dumps(value))
    return model.SerializeToString()


def _run_onnx(content: bytes) -> Run:
    from onnxruntime import InferenceSession

    session = InferenceSession(content, providers=['CPUExecutionProvider'])
    names = [each.name for each in session.get_inputs()]
    return lambda maps: session.run(['image'], dict(zip(names, maps)))[0]
