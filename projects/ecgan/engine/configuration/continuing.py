"""What a run that goes on may change in its config, and what it may not.

A checkpoint carries the config of its run. Whatever differs now either takes effect, and is said,
or is refused before anything is built: nothing is loaded over it in silence.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config

from ...compat.safe_checkpoints import safe_load
from ...errors import CheckpointError
from ...recipes.carried_config import read_carried_config
from .differences import Difference, differences

_MOST_KEYS = 4
_NO_MATTER, _EFFECT, _REFUSED = 'no matter', 'takes effect', 'refused'
_KEPT = 'what the checkpoint holds of these weights stays'

# What a change means, by its key; of several lines the first holds. A pattern covers an entry and
# all below it.
_RULES = (
    # Where and how this call runs.
    (r'work_dir|launcher|load_from|resume|experiment_name|log_level', _NO_MATTER),
    (r'default_hooks\.(continuing|progress)', _NO_MATTER),
    (
        r'\w+_dataloader\.(num_workers|persistent_workers|pin_memory|prefetch_factor)',
        _NO_MATTER,
    ),
    # What a checkpoint counts and holds.
    (r'train_cfg\.(type|by_epoch)', _REFUSED),
    (r'optim_wrapper\.(.*\.)?optimizer\.(type|amsgrad|centered)', _REFUSED),
    (r'optim_wrapper\.(.*\.)?modules', _REFUSED),
    # A checkpoint of EMAHook has the averages where others have the weights.
    (r'custom_hooks\.(\w+\.)?EMAHook\.(type|ema_type|update_buffers)', _REFUSED),
    (r'model\.type', _REFUSED),
    (r'model\.ema_config\.(momentum|interval|gamma|update_buffers)', _EFFECT),
    (r'model\.ema_config', _REFUSED),
    # What weights are loaded from, before those of the checkpoint.
    (r'model\.(.*\.)?(pretrained|checkpoint|weights)', _KEPT),
    # Losses, pictures, and how a network computes the same.
    (r'model\.(.*\.)?\w*loss\w*', _EFFECT),
    (r'model\.(data_preprocessor|augmentation|discriminator_regularizers)', _EFFECT),
    (r'model\.(train_cfg|test_cfg|edge_weight|judged_every|perceived_every)', _EFFECT),
    (
        r'model\.(.*\.)?(\w*drop\w*|recompute|layout_mode|with_cp|ignore_index|frozen_stages)',
        _EFFECT,
    ),
    # All else below a part of the model is another network; beside the parts it is a setting.
    (r'model\.\w+\..+', _REFUSED),
    (r'.*', _EFFECT),
)
# Changes of these take more than that their parts are built from the config.
_OF_RATES = r'param_scheduler|auto_scale_lr|optim_wrapper\.(.*\.)?(optimizer|paramwise_cfg)'
_OF_LOSS_SCALE = r'optim_wrapper\.(.*\.)?loss_scale'
_OF_RANDOMNESS = r'randomness\.(seed|diff_rank_seed)|train_dataloader\.sampler\.seed'
_OF_BEST = r'default_hooks\.checkpoint\.(save_best|rule|\w+_keys)|val_(dataloader|evaluator|cfg)'


class Changes(NamedTuple):
    """What differs between the config of a run that goes on and that of its checkpoint."""

    found: list[Difference]
    # Whether the data decide on rates: of how many iterations an epoch is, of samples an update.
    rates_follow_data: bool = False

    def __bool__(self) -> bool:
        return bool(self.found)

    @property
    def lines(self) -> list[str]:
        """One line a change."""
        forgets = 'the best of the validations so far is forgotten'
        begins = 'random numbers begin anew'
        notes = {_OF_BEST: forgets, _OF_RANDOMNESS: begins}
        lines = []
        for each in self.found:
            said = [note for pattern, note in notes.items() if _covers(pattern, each.leaves)]
            said += [_KEPT] * (_verdict(each) == _KEPT)
            lines.append(', '.join([str(each), *said]))
        return lines

    def _touch(self, pattern: str) -> bool:
        return any(_covers(pattern, each.leaves) for each in self.found)

    @property
    def touch_rates(self) -> bool:
        """Whether optimisers' settings or their schedules differ."""
        data = self.rates_follow_data and self._touch('train_dataloader')
        return data or self._touch(_OF_RATES)

    @property
    def touch_loss_scale(self) -> bool:
        """Whether the scale of float16's losses differs."""
        return self._touch(_OF_LOSS_SCALE)

    @property
    def touch_randomness(self) -> bool:
        """Whether a seed differs."""
        return self._touch(_OF_RANDOMNESS)

    @property
    def touch_best(self) -> bool:
        """Whether validations are no longer comparable with earlier ones."""
        return self._touch(_OF_BEST)


def find_changes(content: dict[str, Any], cfg: Config, name: str) -> Changes | None:
    """Compare a run's config with the one that its checkpoint carries.

    Args:
        content: Of the checkpoint.
        cfg: The resolved config.
        name: Of the checkpoint.

    Returns:
        What differs; None where one of the two is no config that can be read, or there is none.

    Raises:
        CheckpointError: Something differs that can not change in a run.
    """
    try:
        old = read_carried_config(content, name)
        new = read_carried_config(dict(meta=dict(cfg=cfg.pretty_text)), 'this run')
    except CheckpointError:
        return None
    seed = content['meta'].get('seed')
    old, new = _normalised(old, seed), _normalised(new, None)
    if new['randomness'].get('seed') is None:
        new['randomness']['seed'] = seed
    found = [each for each in differences(old, new) if _verdict(each) != _NO_MATTER]
    refused = [each for each in found if _verdict(each) == _REFUSED]
    if refused:
        listed = '; '.join(map(str, refused[:_MOST_KEYS])) + '; ...' * (len(refused) > _MOST_KEYS)
        raise CheckpointError(
            f'the checkpoint {name} can not go on with another {listed} - {ways_on(name)}'
        )
    counts_epochs = 'convert_to_iter_based' in str(new.get('param_scheduler'))
    return Changes(found, counts_epochs or 'auto_scale_lr' in new)


def ways_on(name: str) -> str:
    """What to do in place of a resume that is refused."""
    return (
        'take the config that it was trained with, which lies beside it, or begin a new run: from '
        f'what fits of its weights (load_from={name} without --resume), or from nothing in a new '
        'work dir'
    )


def check_continuing(cfg: Config) -> str | None:
    """Look at the checkpoint that a run goes on from, before anything is built.

    Returns:
        Why there is nothing left to do, in a sentence; None where there is.

    Raises:
        CheckpointError: The config differs in what can not change.
    """
    path = cfg.get('load_from')
    if not cfg.get('resume') or not path or '://' in path:
        return None
    content = safe_load(Path(path).expanduser(), 'cpu', mapped=True)
    meta = content.get('meta') if isinstance(content, dict) else None
    # What is no training's is dealt with when it is loaded.
    if not isinstance(meta, dict):
        return None
    find_changes(content, cfg, path)
    return _completion(content, cfg.get('train_cfg') or {}, path)


def _completion(content: dict[str, Any], loop: dict[str, Any], path: str) -> str | None:
    unit, key = ('epoch', 'max_epochs') if 'max_epochs' in loop else ('iter', 'max_iters')
    done, end = content['meta'].get(unit), loop.get(key)
    if done is None or end is None or done < end:
        return None
    due = (content.get('interruption') or {}).get('validation_due')
    if due and done == end:
        return None
    what = dict(iter='iteration', epoch='epoch')[unit]
    return (
        f'the run is complete, nothing was done: {path} is at {what} {done} of train_cfg.{key} = '
        f'{end}; to go on, give a larger train_cfg.{key} and a param_scheduler that ends there'
    )


def _normalised(cfg: dict[str, Any], seed: int | None) -> dict[str, Any]:
    """The config with one form for what MMEngine takes in several."""
    cfg = dict(cfg)
    cfg['randomness'] = dict(cfg.get('randomness') or {})
    if seed is not None:
        cfg['randomness']['seed'] = seed
    loop = dict(cfg.get('train_cfg') or {})
    if (by_epoch := loop.pop('by_epoch', None)) is not None:
        loop.setdefault('type', 'EpochBasedTrainLoop' if by_epoch else 'IterBasedTrainLoop')
    cfg['train_cfg'] = loop
    schedule = cfg.get('param_scheduler')
    if isinstance(schedule, list | tuple) and len(schedule) == 1:
        cfg['param_scheduler'] = schedule[0]
    if not (cfg.get('auto_scale_lr') or {}).get('enable'):
        cfg.pop('auto_scale_lr', None)
    # By type, as their order says little.
    hooks: dict[str, Any] = {}
    for hook in cfg.pop('custom_hooks', None) or []:
        kind = str(hook.get('type'))
        hooks[kind if kind not in hooks else f'{kind} {len(hooks)}'] = hook
    cfg['custom_hooks'] = hooks
    cfg['default_hooks'] = {
        name: hook for name, hook in (cfg.get('default_hooks') or {}).items() if hook is not None
    }
    return cfg


def _covers(pattern: str, keys: Iterable[str]) -> bool:
    return any(re.fullmatch(rf'({pattern})(\..*)?', key) for key in keys)


def _verdict(change: Difference) -> str:
    """What a change means; the strictest of what its single values mean."""
    found = {next(each for pattern, each in _RULES if _covers(pattern, [k])) for k in change.leaves}
    return next((each for each in (_REFUSED, _KEPT, _EFFECT) if each in found), _NO_MATTER)
