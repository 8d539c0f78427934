"""mmsegmentation's parts take 255 for unknown, however many classes there are."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

from ...datasets.label_files import UNKNOWN, unknown_id
from ...errors import ConfigError

_HEADS = ('decode_head', 'auxiliary_head')


def check_segmentor_ids(cfg: Config) -> None:
    """Stop where the training of a segmentor would leave out a class.

    Raises:
        ConfigError: A head, the data preprocessor or a metric takes 255 for unknown, and there are
            more than 255 classes.
    """
    model = cfg.get('model')
    if not isinstance(model, Mapping):
        return
    heads = [(name, head) for name in _HEADS for head in _listed(model.get(name))]
    count = max((_number(head.get('num_classes')) for _, head in heads), default=0)
    if unknown_id(count) == UNKNOWN:
        return
    for place, key, value in _ids_of_unknown(cfg, heads):
        if value == UNKNOWN:
            raise ConfigError(
                f'{place}.{key} is 255, which is one of the {count} classes: set it to '
                f'{unknown_id(count)}, which is unknown with more than 255 classes'
            )


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _ids_of_unknown(
    cfg: Config, heads: list[tuple[str, Mapping[str, Any]]]
) -> Iterator[tuple[str, str, Any]]:
    """Place, key and value of each setting that is the id of unknown pixels."""
    for name, head in heads:
        yield f'model.{name}', 'ignore_index', head.get('ignore_index', UNKNOWN)
    for preprocessor in _listed(cfg.model.get('data_preprocessor')):
        if str(preprocessor.get('type')).endswith('SegDataPreProcessor'):
            yield 'model.data_preprocessor', 'seg_pad_val', preprocessor.get('seg_pad_val', UNKNOWN)
    for name in ('val_evaluator', 'test_evaluator'):
        for metric in _listed(cfg.get(name)):
            if str(metric.get('type')).endswith('IoUMetric'):
                yield name, 'ignore_index', metric.get('ignore_index', UNKNOWN)


def _listed(settings: Any) -> list[Mapping[str, Any]]:
    """One or several settings as a list."""
    found = settings if isinstance(settings, list | tuple) else [settings]
    return [each for each in found if isinstance(each, Mapping)]
