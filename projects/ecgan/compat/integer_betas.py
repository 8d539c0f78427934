"""Adam of a current PyTorch refuses ``betas=(0, 0.99)``, which MMagic's configs have.

Versions: mmagic <= 1.2.0 with torch >= 2.6.
Upstream: https://github.com/pytorch/pytorch/pull/134171 (betas are both floats or both tensors).

26 of MMagic's configs end with ``ValueError: betas must be either both floats or both Tensors``:
those of StyleGAN 2 and 3, MSPIE and DragGAN. Here an optimiser that is built from a config gets
whole numbers among its betas as floats; it takes the same steps.
"""

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ._defect import Defect
from ._versions import installed, older_than


def _patch(root: ModuleType) -> None:
    build = root.OPTIMIZERS.build_func
    # MMagic's registry takes its parent's function when it is made.
    for registry in (root.OPTIMIZERS, *root.OPTIMIZERS.children.values()):
        if registry.build_func is build:
            registry.build_func = _with_float_betas(build)


def _with_float_betas(build: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(build)
    def build_optimizer(cfg: dict, *args: Any, **kwargs: Any) -> Any:
        betas = cfg.get('betas')
        if isinstance(betas, tuple | list) and any(type(beta) is int for beta in betas):
            cfg = cfg.copy()
            cfg['betas'] = tuple(float(beta) if type(beta) is int else beta for beta in betas)
        return build(cfg, *args, **kwargs)

    return build_optimizer


DEFECT = Defect(
    name='integer_betas',
    versions='mmagic <= 1.2.0 with torch >= 2.6',
    upstream='https://github.com/pytorch/pytorch/pull/134171',
    needed=lambda: installed('torch') is not None and not older_than('torch', '2.6'),
    patches={'mmengine.registry.root': _patch},
    cured="betas of MMagic's configs reach Adam as floats",
    sound='this torch takes whole numbers as betas',
)
