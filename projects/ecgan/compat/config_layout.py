"""A run lays its config out again for every file and checkpoint, at a fifth of a second each.

Versions: mmengine <= 0.10.7.
Upstream: no report found.

``Config.pretty_text`` has YAPF format the same text for the log, the saved config, each backend of
the visualizer and every checkpoint. Here a text that was formatted is remembered.
"""

from types import ModuleType
from typing import Any

from ._defect import Defect
from ._import_hook import when_imported

# A run has one config, a test another for its untrained model.
_MOST = 8


def _patch(config: ModuleType) -> None:
    if not hasattr(config, 'FormatCode'):
        # OneDL's fork imports it from its module each time it lays a config out.
        when_imported('yapf.yapflib.yapf_api', _patch)
        return
    original, known = config.FormatCode, {}

    def format_code(text: str, **settings: Any) -> Any:
        key = text, repr(settings)
        if key not in known:
            while len(known) >= _MOST:
                del known[next(iter(known))]
            known[key] = original(text, **settings)
        return known[key]

    config.FormatCode = format_code


DEFECT = Defect(
    name='config_layout',
    patches={'mmengine.config.config': _patch},
    cured='the text of a config is laid out once',
)
