"""Check a config before anything is made: every type it names must be registered.

The toolbox finds an unknown name when it builds the part, after the work dir was made and with a
traceback of its registries. Here the parts that a run builds are looked up first.
"""

import difflib
from collections.abc import Iterator
from typing import Any

import mmengine.registry as registries
from mmengine.config import Config
from mmengine.registry import Registry

from ...errors import ConfigError
from .machine import check_machine
from .segmentor_ids import check_segmentor_ids

Path = tuple[str, ...]

# The registry of a top-level entry, of the dicts directly below it, or of their lists.
_TOP_LEVEL: dict[str, Registry] = {
    'model': registries.MODELS,
    'model_wrapper_cfg': registries.MODEL_WRAPPERS,
    'custom_hooks': registries.HOOKS,
    'default_hooks': registries.HOOKS,
    'param_scheduler': registries.PARAM_SCHEDULERS,
    'visualizer': registries.VISUALIZERS,
    'log_processor': registries.LOG_PROCESSORS,
    'train_cfg': registries.LOOPS,
    'val_cfg': registries.LOOPS,
    'test_cfg': registries.LOOPS,
}
# The registry of a part by the key that holds it, inside data loaders, optimisers and so on.
_BY_KEY: dict[str, Registry] = {
    'dataset': registries.DATASETS,
    'datasets': registries.DATASETS,
    'pipeline': registries.TRANSFORMS,
    'transforms': registries.TRANSFORMS,
    'sampler': registries.DATA_SAMPLERS,
    'batch_sampler': registries.DATA_SAMPLERS,
    'collate_fn': registries.FUNCTIONS,
    'optimizer': registries.OPTIMIZERS,
    'metrics': registries.METRICS,
    'vis_backends': registries.VISBACKENDS,
}
# Parts of a model that are built from a registry, with every name that ends in `_loss`.
_MODEL_PARTS = (
    'generator', 'discriminator', 'augmentation', 'label_generator', 'edge_generator',
    'edge_transfer', 'data_preprocessor', 'backbone', 'neck', 'decode_head', 'auxiliary_head',
)  # fmt: skip


def check_config(cfg: Config) -> None:
    """Look up every type name that a run of a resolved config builds, and what it asks for here.

    Raises:
        ConfigError: A name is not registered; says where it is and what is close to it. Or a
            package of the visualizer or a device is not here, or a segmentor takes a class for
            unknown.
    """
    scope = cfg.get('default_scope') or 'mmengine'
    for path, name in _named_types(cfg):
        registry = _registry_of(path)
        if registry is not None:
            _look_up(registry, name, scope, path)
    check_machine(cfg)
    check_segmentor_ids(cfg)


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
        is_wrappers = top == 'optim_wrapper' and not keys
        return registries.OPTIM_WRAPPER_CONSTRUCTORS if is_wrappers else None
    if top == 'optim_wrapper':
        return registries.OPTIMIZERS if keys[-1:] == ['optimizer'] else registries.OPTIM_WRAPPERS
    if top.endswith('_dataloader'):
        # Transforms inside a transform may be another library's (albumentations).
        nested = keys[-2:] == ['pipeline', 'transforms']
        return _BY_KEY.get(keys[-1]) if keys and not nested else None
    if top.endswith('_evaluator'):
        if not keys:
            return registries.EVALUATOR if last == 'type' else None
        return registries.METRICS if keys == ['metrics'] else None
    if top == 'visualizer' and keys:
        return _BY_KEY.get(keys[-1])
    if top == 'model':
        is_part = len(keys) == 1 and (keys[0] in _MODEL_PARTS or keys[0].endswith('_loss'))
        return registries.MODELS if is_part or not keys else None
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
        if registry is registries.EVALUATOR:
            with registries.METRICS.switch_scope_and_registry(own_scope or scope) as metrics:
                if _is_registered(metrics, bare_name):
                    return
        known = set(scoped.module_dict) | set(registry.module_dict)
    close = difflib.get_close_matches(bare_name, sorted(known), n=1)
    hint = f"; did you mean '{close[0]}'?" if close else ''
    raise ConfigError(
        f"{'.'.join(path)}: '{name}' is not registered in {registry.name} "
        f"(scope '{own_scope or scope}'){hint}"
    )
