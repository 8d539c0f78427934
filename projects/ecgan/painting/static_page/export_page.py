"""From a checkpoint to a page that needs no server."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from mmengine import fileio
from packaging.version import Version

from ...compat.atomic_checkpoints import write_atomically
from ...errors import CheckpointError, ConfigError
from ...inference import ECGANInferencer
from ...inference.export import OLDEST_TORCH, check_onnx_packages
from ...version import __version__
from ..shared_state import SharedState
from .agreement import Difference, between_kernels, from_inferencer, pictures_of, sample_layouts
from .assembly import BROWSER, GENERATOR, INDEX, assemble, licence
from .onnx_model import onnx_model, run_as_browser, run_here
from .page_facts import example_layouts, page_facts
from .painted_generator import PaintedGenerator
from .rounded_weights import WEIGHTS, round_weights, with_weights
from .runtime_files import RuntimeFiles, find_runtime

if TYPE_CHECKING:
    from onnx import ModelProto

_LICENCE = 'LICENSE.onnxruntime-web.txt'
_BITS = {'float32': '32 bits', 'float16': '16 bits', 'int8': '8 bits'}


@dataclass(frozen=True)
class Comparison:
    """A page's model beside PyTorch's.

    Attributes:
        kernels: Of the page's runtime from PyTorch with the same weights, all pictures.
        pictures: Of the page's final pictures from the inferencer's.
        run_by: What ran the page's model for that.
    """

    kernels: Difference
    pictures: Difference
    run_by: str


@dataclass(frozen=True)
class PageReport:
    """What was written.

    Attributes:
        path: The file to open.
        size: Bytes of the page, all files together.
        runtime_size: Bytes of it that are onnxruntime-web.
        runtime_version: Its version.
        weights: In how many bits the weights are.
        compared: How near its pictures are.
    """

    path: Path
    size: int
    runtime_size: int
    runtime_version: str
    weights: str
    compared: Comparison

    def __str__(self) -> str:
        pictures = self.compared.pictures
        text = (
            f'{self.path}: {self.size / 1e6:.1f} MB, of which onnxruntime-web '
            f'{self.runtime_version} {self.runtime_size / 1e6:.1f} MB; weights in '
            f'{_BITS[self.weights]}, {pictures} (run by {self.compared.run_by})'
        )
        if pictures.is_visible:
            text += (
                f'; {_BITS[self.weights]} are too few for this model to stay within a level '
                f'(root mean square {pictures.rms:.1f}): --weights with more bits is nearer'
            )
        return text


def export_page(
    checkpoint: str | Path,
    out: str | Path,
    config: str | Path | None = None,
    weights: str = 'float16',
    single: bool = False,
    runtime: str | Path | None = None,
    webgpu: bool = False,
) -> PageReport:
    """Write a page that paints layouts and runs the generator in the browser of who opens it.

    Args:
        checkpoint: File or address; see :class:`~projects.ecgan.ECGANInferencer`.
        out: Folder, or with ``single`` the file, ``.html``.
        config: Config file in place of the one in the checkpoint.
        weights: ``float32``, ``float16``, or ``int8``; see :func:`~.rounded_weights.round_weights`.
        single: Whether all is in one file.
        runtime: Folder or archive of onnxruntime-web, see :func:`~.runtime_files.find_runtime`.
        webgpu: Whether the page tries a GPU, too; it takes it where that is right and faster.

    Returns:
        What was written, and how near its pictures are to PyTorch's.

    Raises:
        ConfigError: An argument does not do, a package is missing or too old.
        CheckpointError: The model is too large, or the page would give another picture.
        MissingFileError: There is no onnxruntime-web.
    """
    out, single = Path(out), single or Path(out).suffix.lower() == '.html'
    _check(out, single, weights)
    files = find_runtime(runtime, webgpu)
    shared = SharedState(ECGANInferencer(checkpoint, config, device='cpu'))
    network = PaintedGenerator(shared.inferencer).eval()
    model = onnx_model(network)
    rounded = round_weights(model, network, weights)
    content = _serialised(model)
    with_weights(network, rounded)
    worker = (BROWSER / 'generator_worker.js').read_bytes()
    layouts = sample_layouts(shared.inferencer, shared.labels, example_layouts(shared, 4))
    compared = _compared(content, network, shared, layouts, files, worker)
    large = dict(ort=files.ort, glue=files.glue, worker=worker, wasm=files.wasm, model=content)
    runtime_size = _size(assemble({}, dict(large, model=b''), single)) - _size(
        assemble({}, {}, single)
    )
    about = _about(shared, weights, len(content), compared, files.version, runtime_size)
    facts = page_facts(shared, about, Path(shared.inferencer.checkpoint).stem, webgpu)
    written = assemble(facts, large, single)
    path = _write(written, out, single)
    return PageReport(path, _size(written), runtime_size, files.version, weights, compared)


def _check(out: Path, single: bool, weights: str) -> None:
    if weights not in WEIGHTS:
        raise ConfigError(f'weights must be one of {WEIGHTS}, got {weights!r}')
    if single and out.suffix.lower() != '.html':
        raise ConfigError(f'a page in one file must end in .html, got {out}')
    if single and out.is_dir():
        raise ConfigError(f'{out} is a folder: name the file, such as {out / "page.html"}')
    if not single and out.exists():
        index = out / INDEX
        if not out.is_dir():
            raise ConfigError(f'{out} is a file: name a folder, or a file that ends in .html')
        is_ours = index.is_file() and GENERATOR in index.read_text('utf-8', 'replace')[:1000]
        if any(out.iterdir()) and not is_ours:
            raise ConfigError(f'{out} holds other files than a page: name an empty folder')
    if Version(torch.__version__) < OLDEST_TORCH:
        raise ConfigError(f'exporting needs torch {OLDEST_TORCH}, this is {torch.__version__}')
    check_onnx_packages()


def _serialised(model: ModelProto) -> bytes:
    try:
        return model.SerializeToString()
    except Exception as error:  # protobuf has a class for it in each of its versions
        size = sum(len(each.raw_data) for each in model.graph.initializer)
        raise CheckpointError(
            f'the weights take {size / 1e9:.1f} GB, and a model in one file can have 2 GB: '
            '--weights int8 takes a quarter of float32'
        ) from error


def _compared(
    content: bytes,
    network: PaintedGenerator,
    shared: SharedState,
    layouts: Sequence[np.ndarray],
    files: RuntimeFiles,
    worker: bytes,
) -> Comparison:
    """Run the model as the page does, and compare.

    Raises:
        CheckpointError: The picture is another one.
    """
    run, run_by = run_as_browser(content, files, worker), "the page's own WebAssembly"
    if run is None:
        run, run_by = run_here(content), 'onnxruntime on this machine, as there is no Node.js'
    made = pictures_of(run, network, layouts)
    kernels = between_kernels(made, network, layouts)
    if not kernels.is_of_kernels:
        raise CheckpointError(
            f'the page was not written: with the same weights its pictures are {kernels}, '
            'which is more than other kernels explain'
        )
    pictures = from_inferencer(made, shared.inferencer, shared.labels, layouts)
    if pictures.is_wrong:
        raise CheckpointError(
            f'the page was not written: with rounded weights its pictures are {pictures}, root '
            f'mean square {pictures.rms:.1f}: --weights float16 or float32'
        )
    return Comparison(kernels, pictures, run_by)


def _about(
    shared: SharedState,
    weights: str,
    model_size: int,
    compared: Comparison,
    version: str,
    runtime_size: int,
) -> list[tuple[str, str]]:
    """What the page says of itself."""
    checkpoint, pictures = shared.inferencer.checkpoint, compared.pictures
    rows = [
        ('Model', f'{Path(checkpoint).name}, {len(shared.inferencer.classes)} classes'),
        ('Checkpoint', f'sha256 {hashlib.sha256(fileio.get(checkpoint)).hexdigest()}'),
        ('Weights', f'in {_BITS[weights]}, {model_size / 1e6:.1f} MB; computed with in 32'),
        ('Pictures', f'{pictures}; root mean square {pictures.rms:.2f} levels'),
        ('Same weights', f'{compared.kernels} (run by {compared.run_by})'),
        ('Runs by', f'onnxruntime-web {version}, {runtime_size / 1e6:.1f} MB of this page'),
        ('Written by', f'ecgan-mmagic {__version__}, PyTorch {torch.__version__}'),
    ]
    if pictures.is_visible:
        rows.append(('Note', f'{_BITS[weights]} are few for this model: a difference can be seen'))
    return rows


def _size(written: Mapping[str, bytes]) -> int:
    return sum(map(len, written.values()))


def _write(written: Mapping[str, bytes], out: Path, single: bool) -> Path:
    """Write a page, in place of an older one; its first file comes last."""
    if single:
        write_atomically(written[INDEX], out)
        return out
    for old in (out / 'data').glob('*-*.js') if (out / 'data').is_dir() else ():
        if f'data/{old.name}' not in written:
            old.unlink()
    for name, data in {_LICENCE: licence().encode(), **written}.items():
        write_atomically(data, out / name)
    return out / INDEX
