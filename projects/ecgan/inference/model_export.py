"""A trained generator as a model file: what inference needs, and no more."""

import tempfile
from pathlib import Path

from ..compat.atomic_checkpoints import write_atomically
from ..errors import CheckpointError, ConfigError
from ..recipes.carried_config import write_config
from .export import Agreement, compare, expected_pictures
from .inferencer import ECGANInferencer
from .model_card import model_card
from .model_file import ModelFile, in_16_bits

WEIGHTS = ('float32', 'float16')
# Of a training's config what belongs to the machine and the moment.
_OF_THE_RUN = ('work_dir', 'load_from', 'resume', 'launcher')


def export_model_file(
    checkpoint: str | Path,
    out: str | Path,
    config: str | Path | None = None,
    weights: str = 'float32',
    report: str | Path | None = None,
) -> Agreement:
    """Write weights, config, classes, palette and card of a checkpoint as one safetensors file.

    Where the model keeps a moving average of its generator, the file has that alone.

    Args:
        checkpoint: Name, file or address; see :class:`ECGANInferencer`.
        out: File to write.
        config: Config file in place of the one in the checkpoint.
        weights: ``float32``; ``float16`` for half of the room.
        report: ``report.json`` of the evaluation; see :func:`model_card`.

    Returns:
        How well the pictures of the file agree with those of the checkpoint.

    Raises:
        ConfigError: ``weights`` is another, or the config holds more than settings.
        DataError: The report is of another checkpoint, or 16 bits do not hold a weight.
        CheckpointError: With ``float32``: the pictures are others; nothing is written then.
    """
    if weights not in WEIGHTS:
        raise ConfigError(f'weights must be one of {WEIGHTS}, got {weights!r}')
    inferencer = ECGANInferencer(checkpoint, config, device='cpu')
    content = model_file(inferencer, weights, report).to_bytes()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'model.safetensors')
        path.write_bytes(content)
        written = ECGANInferencer(path, device='cpu')
    seed = 0 if inferencer.has_noise else None
    agreement = compare(
        lambda maps: expected_pictures(written, maps, False, seed), inferencer, as_float=False
    )
    if weights == 'float32' and agreement.largest > 0:
        raise CheckpointError(f'{out} was not written: {agreement}')
    write_atomically(content, out)
    return agreement


def model_file(
    inferencer: ECGANInferencer, weights: str = 'float32', report: str | Path | None = None
) -> ModelFile:
    """What :func:`export_model_file` writes of a model."""
    model, cfg = inferencer.model, inferencer.cfg.to_dict()
    state = {
        name: value
        for name, value in model.state_dict().items()
        if not name.startswith(('generator.', 'generator_ema.'))
    }
    for name, value in model.sampling_generator.state_dict().items():
        state[f'generator.{name}'] = value
    if weights == 'float16':
        state = in_16_bits(state)
    cfg = {key: value for key, value in cfg.items() if key not in _OF_THE_RUN}
    cfg['model'] = {**cfg['model'], 'ema_config': None}
    card = {**model_card(inferencer, report), 'weights': weights}
    return ModelFile(state, write_config(cfg), inferencer.classes, inferencer.palette, card)
