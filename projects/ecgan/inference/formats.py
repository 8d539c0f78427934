"""What a trained generator can be written as: the suffix of the file says it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import ConfigError
from .export import Agreement, export_program
from .model_export import export_model_file


class Format(NamedTuple):
    """What writes a file, and the options that mean something to it."""

    write: Callable[..., Agreement]
    options: tuple[str, ...]


FORMATS: Mapping[str, Format] = {
    '.onnx': Format(export_program, ('as_float', 'seed')),
    '.pt2': Format(export_program, ('as_float', 'seed')),
    '.safetensors': Format(export_model_file, ('weights', 'report')),
}


def export_checkpoint(
    checkpoint: str | Path, out: str | Path, config: str | Path | None = None, **options: object
) -> Agreement:
    """Write the generator of a checkpoint for use elsewhere.

    Args:
        checkpoint: Name, file or address; see :class:`ECGANInferencer`.
        out: File to write; its suffix, one of :data:`FORMATS`, says what it is.
        config: Config file in place of the one in the checkpoint.
        **options: Of :func:`export_program` and :func:`export_model_file`; None or False: not
            given.

    Returns:
        How well the file agrees with PyTorch.

    Raises:
        ConfigError: The suffix is another, or an option means nothing for it.
        UserError: As the function says that writes the file.
    """
    kind = FORMATS.get(Path(out).suffix.lower())
    if kind is None:
        *others, last = FORMATS
        raise ConfigError(f'the file to write must end in {", ".join(others)} or {last}, got {out}')
    given = {name: value for name, value in options.items() if value not in (None, False)}
    for name, value in given.items():
        if name not in kind.options:
            raise ConfigError(f'{name}={value!r} means nothing for {out}')
    return kind.write(checkpoint, out, config, **given)
