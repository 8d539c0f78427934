"""Errors of evaluation that end a run before it starts, with one line that says what to do."""

from ..engine.launch import LaunchError


class MissingFileError(LaunchError, FileNotFoundError):
    """A config or weight file that is neither here nor can be fetched."""


class MismatchError(LaunchError, ValueError):
    """Segmentor, checkpoint, label mapping and data set do not belong together."""
