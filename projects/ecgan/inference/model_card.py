"""What a model file says of its model: what it is, its recipe, training and metrics."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmengine.config import ConfigDict

from ..errors import DataError
from ..reports import plain, read_report
from ..version import __version__
from ..weights import file_sha256
from .training_knowledge import data_sets

if TYPE_CHECKING:
    from .inferencer import ECGANInferencer

_KINDS = ('generated', 'coarse', 'real', 'untrained')


def model_card(inferencer: 'ECGANInferencer', report: str | Path | None = None) -> dict[str, Any]:
    """The card of a model.

    Args:
        inferencer: The model. One of a model file keeps the card that it has.
        report: ``report.json`` of its evaluation, or its folder; None: the one beside the
            checkpoint or in the folder above, where there is one of this very checkpoint.

    Returns:
        ``what``, ``recipe``, ``training``, ``metrics`` (by kind of image; {} where none were
        measured), ``protocol``, ``project``, ``checkpoint_sha256``; values of JSON.

    Raises:
        UserError: The report that was named cannot be read, or is of another checkpoint.
    """
    card = dict(inferencer.meta.get('card') or {})
    digest = card.get('checkpoint_sha256') or file_sha256(inferencer.checkpoint)
    if not card:
        card = dict(
            what=_what(inferencer),
            recipe=_recipe(inferencer.meta),
            training=_training(inferencer.cfg, inferencer.meta),
            metrics={},
            protocol={},
            project=f'ecgan-mmagic {__version__}',
            checkpoint_sha256=digest,
        )
    found = _report_of(digest, Path(inferencer.checkpoint), report)
    return plain({**card, **found})


def _what(inferencer: 'ECGANInferencer') -> str:
    size = inferencer.trained_size
    trained = f', trained at {size[1]}x{size[0]} (width x height)' if size else ''
    kind = type(inferencer.generator).__name__
    return f'{kind}: pictures from label maps of {len(inferencer.classes)} classes{trained}'


def _recipe(meta: Mapping[str, Any]) -> str | None:
    """Name of the config: that of the experiment without its time."""
    name = re.sub(r'_?\d{8}_\d{6}$', '', str(meta.get('experiment_name') or ''))
    return name or None


def _training(cfg: ConfigDict, meta: Mapping[str, Any]) -> dict[str, Any]:
    loader = cfg.get('train_dataloader') or {}
    found = dict(
        iterations=meta.get('iter'),
        epochs=meta.get('epoch') or None,
        batch_size=loader.get('batch_size'),
        data=[each.get('type') for each in data_sets(cfg, 'train_dataloader')],
        seed=meta.get('seed'),
        moving_average=bool(cfg.model.get('ema_config')),
    )
    return {key: value for key, value in found.items() if value is not None}


def _report_of(digest: str, checkpoint: Path, named: str | Path | None) -> dict[str, Any]:
    """Metrics and protocol of the report of a checkpoint, {} where there is none."""
    places = [named] if named else [checkpoint.parent, checkpoint.parent.parent]
    for place in places:
        if not named and not (Path(place) / 'report.json').is_file():
            continue
        report = read_report(place)
        protocol = report['protocol']
        if protocol.get('checkpoint_sha256') == digest:
            metrics = {
                kind: {k: v for k, v in report[kind].items() if isinstance(v, int | float)}
                for kind in _KINDS
                if kind in report
            }
            # A card that is passed on names no folder of this machine.
            files = {key: Path(protocol.get(key) or '') for key in ('checkpoint', 'config')}
            names = {key: path.name for key, path in files.items() if path.is_absolute()}
            return dict(metrics=metrics, protocol={**protocol, **names})
        if named:
            raise DataError(
                f'{named} is a report of {protocol.get("checkpoint")}, whose SHA-256 is '
                f'{protocol.get("checkpoint_sha256")}, not of {checkpoint} ({digest}): measure it '
                'with ecgan test CONFIG CHECKPOINT'
            )
    return {}
