"""Check a config before anything is made: every type it names must be registered.

The toolbox finds an unknown name when it builds the part, after the work dir was made and with a
traceback of its registries. Here the parts that a run builds are looked up first.
"""

import difflib
from collections.abc import Iterator
from typing import Any

from mmengine.config import Config
from mmengine.registry import (
    DATA_SAMPLERS,
    DATASETS,
    EVALUATOR,
    FUNCTIONS,
    HOOKS,
    LOG_PROCESSORS,
    LOOPS,
    METRICS,
    MODEL_WRAPPERS,
    MODELS,
    OPTIM_WRAPPER_CONSTRUCTORS,
    OPTIM_WRAPPERS,
    OPTIMIZERS,
    PARAM_SCHEDULERS,
    TRANSFORMS,
    VISBACKENDS,
    VISUALIZERS,
    Registry,
)

from ...errors import ConfigError

Path = tuple[str, ...]

# The registry of a top-level entry, of the dicts directly below it, or of their lists.
_TOP_LEVEL: dict[str, Registry] = {
    'model': MODELS,
    'model_wrapper_cfg': MODEL_WRAPPERS,
    'custom_hooks': HOOKS,
    'default_hooks': HOOKS,
    'param_scheduler': PARAM_SCHEDULERS,
    'visualizer': VISUALIZERS,
    'log_processor': LOG_PROCESSORS,
    'train_cfg': LOOPS,
    'val_cfg': LOOPS,
    'test_cfg': LOOPS,
}
# The registry of a part by the key that holds it, inside data loaders, optimisers and so on.
_BY_KEY: dict[str, Registry] = {
    'dataset': DATASETS,
    'datasets': DATASETS,
    'pipeline': TRANSFORMS,
    'transforms': TRANSFORMS,
    'sampler': DATA_SAMPLERS,
    'batch_sampler': DATA_SAMPLERS,
    'collate_fn': FUNCTIONS,
    'optimizer': OPTIMIZERS,
    'metrics': METRICS,
    'vis_backends': VISBACKENDS,
}
# Parts of a model that are built from a registry, with every name that ends in `_loss`.
_MODEL_PARTS = (
    'generator',
    'discriminator',
    'augmentation',
    'label_generator',
    'edge_generator',
    'edge_transfer',
    'data_preprocessor',
    'backbone',
    'neck',
    'decode_head',
    'auxiliary_head',
)


def check_config(cfg: Config) -> None:
    """Look up every type name that a run builds.

    Args:
        cfg: The resolved config.

    Raises:
        ConfigError: A name is not registered; says where it is and what is close to it.
    """
    scope = cfg.get('default_scope') or 'mmengine'
    for path, name in _named_types(cfg):
        registry = _registry_of(path)
        if registry is not None:
            _look_up(registry, name, scope, path)


def _named_types(node: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every string under a ``type`` or ``constructor`` key, with the keys that lead to it."""
    if isinstance(node, dict | Config):
        for key, value in node.items():
            if key in ('type', 'constructor') and isinstance(value, str):
                yield (*path, key), value
            else:
                yield from _named_types(value, (*path, str(key)))
    elif isinstance(node, list | tuple):
        for item in node:
            # Items of a list are what the list's key says: the path has no numbers.
            yield from _named_types(item, path)


def _registry_of(path: Path) -> Registry | None:
    """The registry in which the type at ``path`` is looked up; None where a name is free text."""
    top, *keys, last = path if len(path) > 1 else (path[0], '')
    if last == 'constructor':
        return OPTIM_WRAPPER_CONSTRUCTORS if top == 'optim_wrapper' and not keys else None
    if top == 'optim_wrapper':
        return OPTIMIZERS if keys[-1:] == ['optimizer'] else OPTIM_WRAPPERS
    if top.endswith('_dataloader'):
        # Transforms inside a transform may be another library's (albumentations).
        nested = keys[-2:] == ['pipeline', 'transforms']
        return _BY_KEY.get(keys[-1]) if keys and not nested else None
    if top.endswith('_evaluator'):
        if not keys:
            return EVALUATOR if last == 'type' else None
        return METRICS if keys == ['metrics'] else None
    if top == 'visualizer' and keys:
        return _BY_KEY.get(keys[-1])
    if top == 'model':
        is_part = len(keys) == 1 and (keys[0] in _MODEL_PARTS or keys[0].endswith('_loss'))
        return MODELS if is_part or not keys else None
    if top in ('default_hooks', 'param_scheduler'):
        return _TOP_LEVEL[top] if len(keys) <= 1 else None
    return _TOP_LEVEL.get(top) if not keys else None


def _is_registered(registry: Registry, name: str) -> bool:
    try:
        return registry.get(name) is not None
    # What MMEngine makes of a name that it would import, and cannot.
    except (ImportError, RuntimeError, ValueError):
        return False


def _look_up(registry: Registry, name: str, scope: str, path: Path) -> None:
    own_scope, _, bare_name = name.rpartition('.')
    with registry.switch_scope_and_registry(own_scope or scope) as scoped:
        if _is_registered(scoped, bare_name):
            return
        # A bare metric list is legal as an evaluator.
        if registry is EVALUATOR:
            with METRICS.switch_scope_and_registry(own_scope or scope) as metrics:
                if _is_registered(metrics, bare_name):
                    return
        known = set(scoped.module_dict) | set(registry.module_dict)
    close = difflib.get_close_matches(bare_name, sorted(known), n=1)
    hint = f"; did you mean '{close[0]}'?" if close else ''
    raise ConfigError(
        f"{'.'.join(path)}: '{name}' is not registered in {registry.name} "
        f"(scope '{own_scope or scope}'){hint}"
    )
