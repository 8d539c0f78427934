"""The results that hooks wait for, against those that the metrics of a config will give.

MMEngine finds a wrong ``save_best`` after the first validation, with a bare KeyError, a wrong
``monitor`` never. Which way a result is better it guesses from the letters of its name.
"""

import difflib
import inspect
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import mmengine.registry as registries
from mmengine.config import Config

from ...errors import ConfigError

_SHOWN = 12
# What mmsegmentation's IoUMetric calls its results, by its iou_metrics.
_OF_MMSEG = {
    'mIoU': ('mIoU', 'mAcc'),
    'mDice': ('mDice', 'mAcc'),
    'mFscore': ('mFscore', 'mPrecision', 'mRecall'),
}


class Results(NamedTuple):
    """What the metrics of a config give.

    Attributes:
        rules: Key -> which of two values is better.
        complete: Whether there are no others, from metrics that do not say what they give.
        leads: Whether the first of ``rules`` is the first of all.
    """

    rules: dict[str, str]
    complete: bool
    leads: bool


class _Wish(NamedTuple):
    """A hook's wish for results: where it is, its config, the entry, the results' names."""

    place: str
    hook: dict
    entry: str
    keys: list[str]


def check_results(cfg: Config) -> None:
    """Look up the results that ``save_best`` and ``monitor`` name, and settle which is better.

    Args:
        cfg: Changed in place: ``rule`` of these hooks where it was left open.

    Raises:
        ConfigError: No metric gives such a result, or the hook's ``rule`` would keep the worst.
    """
    wishes = list(_wishes(cfg))
    if not wishes:
        return
    metrics = list(_metrics(cfg.get('val_evaluator')))
    if not metrics:
        for wish in wishes:
            print(
                f'warning: {wish.place}.{wish.entry}={", ".join(wish.keys)} waits for a '
                'validation, and the config has none',
                file=sys.stderr,
            )
        return
    scope = cfg.get('default_scope') or 'mmengine'
    results = _results(metrics, scope)
    for wish in wishes:
        rules = [_look_up(cfg, wish, key, metrics, results, scope) for key in wish.keys]
        if None not in rules:
            _settle(wish, rules)


def _wishes(cfg: Config) -> Iterator[_Wish]:
    hooks = [
        (f'default_hooks.{key}', hook) for key, hook in (cfg.get('default_hooks') or {}).items()
    ]
    hooks += [('custom_hooks', hook) for hook in cfg.get('custom_hooks') or ()]
    for place, hook in hooks:
        if not isinstance(hook, dict):
            continue
        stops = str(hook.get('type')).endswith('EarlyStoppingHook')
        entry = 'monitor' if stops else 'save_best'
        keys = hook.get(entry)
        if keys:
            yield _Wish(place, hook, entry, [keys] if isinstance(keys, str) else list(keys))


def _metrics(evaluator: Any) -> Iterator[dict]:
    """Configs of metrics in whatever form of MMEngine's and MMagic's evaluators."""
    if isinstance(evaluator, list | tuple):
        for each in evaluator:
            yield from _metrics(each)
    elif isinstance(evaluator, dict):
        if 'metrics' in evaluator:
            yield from _metrics(evaluator['metrics'])
        else:
            yield evaluator


def _results(metrics: Sequence[dict], scope: str, classes: Sequence[str] | None = None) -> Results:
    named = [_keys(metric, scope, classes) for metric in metrics]
    rules = {key: rule for each in named if each for key, rule in each.items()}
    return Results(rules, all(each is not None for each in named), named[0] is not None)


def _keys(metric: dict, scope: str, classes: Sequence[str] | None) -> dict[str, str] | None:
    """Keys and rules of one metric; None where it does not say."""
    settings = dict(metric)
    kind = settings.pop('type', None)
    if isinstance(kind, str):
        own_scope, _, name = kind.rpartition('.')
        with registries.METRICS.switch_scope_and_registry(own_scope or scope) as registry:
            kind = registry.get(name)
    if hasattr(kind, 'keys'):
        return kind.keys(classes, **settings)
    if getattr(kind, '__name__', '') == 'IoUMetric':
        wanted = settings.get('iou_metrics', ['mIoU'])
        names = [name for each in wanted for name in _OF_MMSEG.get(each, ())]
        prefix = f'{settings["prefix"]}/' if settings.get('prefix') else ''
        return {f'{prefix}{name}': 'greater' for name in ('aAcc', *names)}
    return None


def _look_up(
    cfg: Config, wish: _Wish, key: str, metrics: Sequence[dict], results: Results, scope: str
) -> str | None:
    """Which way a wanted result is better; None where nothing is known of it."""
    if key == 'auto':
        if not results.leads:
            return None
        wish.hook[wish.entry] = key = next(iter(results.rules))
    if key in results.rules:
        return results.rules[key]
    try:
        classes = _classes(cfg.get('val_dataloader'), scope)
    # Other toolboxes' data sets read their files first; that these are not here is said by the run.
    except Exception:
        classes = None
    everything = _results(metrics, scope, classes)
    if key in everything.rules:
        return everything.rules[key]
    may_be_a_class = classes is None and '.' in key.rpartition('/')[2]
    if not results.complete or may_be_a_class:
        return None
    near = difflib.get_close_matches(key, everything.rules, n=3, cutoff=0.7)
    shown = [*results.rules][:_SHOWN]
    hint = f'did you mean {" or ".join(map(repr, near))}?' if near else f'there are {shown}'
    raise ConfigError(f'{wish.place}.{wish.entry}: the validation gives no result {key!r}; {hint}')


def _settle(wish: _Wish, rules: list[str]) -> None:
    """Fill in the rule where it is open.

    Raises:
        ConfigError: It is the wrong way round.
    """
    given = wish.hook.get('rule')
    if given is None:
        wish.hook['rule'] = rules if len(rules) > 1 else rules[0]
        return
    given = [given] * len(rules) if isinstance(given, str) else list(given)
    for key, rule, right in zip(wish.keys, given * len(rules), rules):
        if rule in ('greater', 'less') and rule != right:
            raise ConfigError(
                f'{wish.place}.rule={rule!r} would take the worst {key} for the best; take '
                f'rule={right!r}, or leave it out'
            )


def _classes(loader: Any, scope: str) -> list[str]:
    """Names of a data set's classes, without a look at its files; none where it does not say."""
    if isinstance(loader, list | tuple):
        return [name for each in loader for name in _classes(each, scope)]
    config = loader.get('dataset') if isinstance(loader, dict) else None
    while isinstance(config, dict) and ('dataset' in config or 'datasets' in config):
        config = config.get('dataset') or config['datasets'][0]
    if not isinstance(config, dict):
        return list((getattr(config, 'metainfo', None) or {}).get('classes') or ())
    settings = dict(config)
    kind = settings.pop('type')
    own_scope, _, name = kind.rpartition('.') if isinstance(kind, str) else ('', '', '')
    with registries.DATASETS.switch_scope_and_registry(own_scope or scope) as registry:
        kind = registry.get(name) if name else kind
        accepted = inspect.signature(kind).parameters
        settings |= {k: v for k, v in dict(pipeline=[], lazy_init=True).items() if k in accepted}
        dataset = kind(**settings)
    return list((getattr(dataset, 'metainfo', None) or {}).get('classes') or ())
