"""The network of a page as an ONNX model, and what runs it here."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...errors import CheckpointError
from .agreement import Inputs, Pictures, Run
from .painted_generator import PaintedGenerator
from .runtime_files import RuntimeFiles

if TYPE_CHECKING:
    from onnx import ModelProto

# WebAssembly has 4 GB: the weights in float32, the file that they come from, and the pictures.
MAX_WEIGHT_BYTES = 2**31
_RUNNER = Path(__file__).parent / 'browser' / 'node_runner.mjs'


def onnx_model(network: PaintedGenerator) -> ModelProto:
    """The network as a model without what only helps to debug it.

    Raises:
        CheckpointError: It is too large for a browser.
    """
    size = sum(each.nbytes for each in network.state_dict().values())
    if size > MAX_WEIGHT_BYTES:
        raise CheckpointError(
            f'the generator has {size / 1e9:.1f} GB of weights in float32; a page can have '
            f'{MAX_WEIGHT_BYTES / 1e9:.1f} GB, as a browser runs it in 4 GB: train a narrower one '
            '(generator.base_channels)'
        )
    exported = torch.onnx.export(
        network.trace(),
        dynamo=True,
        opset_version=18,
        output_names=list(network.outputs),
        verbose=False,
    )
    model = exported.model_proto
    del model.graph.value_info[:], model.metadata_props[:], model.graph.metadata_props[:]
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ''
    return model


def run_here(content: bytes) -> Run:
    """A model in onnxruntime."""
    from onnxruntime import InferenceSession

    session = InferenceSession(content, providers=['CPUExecutionProvider'])
    names = [each.name for each in session.get_inputs()]
    return lambda requests: [session.run(None, dict(zip(names, each))) for each in requests]


def run_as_browser(content: bytes, runtime: RuntimeFiles, worker: bytes) -> Run | None:
    """A model in the page's own WebAssembly and worker, run by Node.js; None: there is none."""
    node = shutil.which('node')
    if node is None:
        return None

    def run(requests: Sequence[Inputs]) -> list[Pictures]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / 'ort').write_bytes(runtime.ort)
            (folder / 'glue.mjs').write_bytes(runtime.glue)
            (folder / 'wasm').write_bytes(runtime.wasm)
            (folder / 'model').write_bytes(content)
            (folder / 'worker').write_bytes(worker)
            shapes = []
            for number, inputs in enumerate(requests):
                for index, each in enumerate(inputs):
                    (folder / f'input_{number}_{index}').write_bytes(each.tobytes())
                rows, columns = inputs[0].shape[1:]
                channels = inputs[2].shape[1] if len(inputs) > 1 else 0
                shapes.append(dict(rows=rows, columns=columns, channels=channels))
            command = [node, '--no-warnings', str(_RUNNER), name, json.dumps(shapes)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                lines = done.stderr.strip().splitlines()
                raise CheckpointError(f'the page does not run: {lines[-1] if lines else "?"}')
            return [
                _pictures(folder, number, each, json.loads(done.stdout))
                for number, each in enumerate(shapes)
            ]

    return run


def _pictures(folder: Path, number: int, shape: dict, names: Sequence[str]) -> Pictures:
    size = (1, shape['rows'], shape['columns'], 3)
    files = (folder / f'output_{number}_{name}' for name in names)
    return [np.frombuffer(file.read_bytes(), np.uint8).reshape(size) for file in files]
