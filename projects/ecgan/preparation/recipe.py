"""A recipe that trains on what was found."""

import os
from collections.abc import Sequence
from pathlib import Path
from pprint import pformat

from ..compat.atomic_checkpoints import write_atomically
from ..errors import ConfigError
from .pairing import Pair
from .proposal import Proposal
from .survey import Survey

_WIDTH = 88
_FULL_WIDTH = 64
_PARTS = ('models/ecgan.py', 'datasets/photos.py', 'schedules/ttur_400iters.py')
# The schedules' own rates are for the full width; scenes_64x64_400iters.py has these, too.
_FAST_RATES = """\
# In so few iterations generators of small width need larger steps to keep up.
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=1e-3)), discriminator=dict(optimizer=dict(lr=8e-4))
)"""
_EVALUATOR = """\
# No segmentor knows these classes yet. Once one is trained, it joins both lists of metrics:
# dict(type='SegmentationFidelity', label_mapping='identity',
#      segmentor=dict(config=CONFIG, checkpoint=CHECKPOINT))  (docs/evaluation.md)
val_evaluator = dict(
    type='Evaluator', metrics=[dict(type='PairedSSIM'), dict(type='PairedPSNR')]
)
test_evaluator = val_evaluator"""


def write_names(path: Path, names: Sequence[str]) -> None:
    """Write names, one a line."""
    write_atomically('\n'.join([*names, '']).encode(), path)


def write_recipe(path: Path, found: Survey, proposal: Proposal, configs: Path) -> list[Path]:
    """Write a config that ``tools/train.py`` takes, and the lists of its samples beside it.

    Args:
        path: The config.
        found: What was found.
        proposal: What to train with.
        configs: Folder of the configs that it builds on.

    Returns:
        The files.

    Raises:
        ConfigError: The config's name does not end with ``.py``.
        DataError: There are fewer than two good pairs.
    """
    if path.suffix != '.py':
        raise ConfigError(f'--write {path}: a config is a file that ends with .py')
    train, val, _ = found.split()
    lists = [path.with_name(f'{path.stem}_{split}.txt') for split in ('train', 'val')]
    for file, pairs in zip(lists, (train, val)):
        write_names(file, [pair.name for pair in pairs])
    text = recipe_text(path, found, proposal, configs)
    write_atomically(text.encode(), path)
    return [path, *lists]


def recipe_text(path: Path, found: Survey, proposal: Proposal, configs: Path) -> str:
    """The config's text, see :func:`write_recipe`."""
    train, val, how = found.split()
    folders = [*train[0].branch.folders.values(), *val[0].branch.folders.values()]
    root = os.path.commonpath(folders)
    others = [kind for kind in ('instance', 'edge') if kind in found.pairing.ends]
    is_cropped = proposal.resized != proposal.size
    load = [_part('LoadPhoto'), _part('LoadLabelMap')]
    load += [_part(f'Load{kind.title()}Map') for kind in others]
    finish = [_part('InstanceBoundary')] * ('instance' in others)
    finish.append(_part('PackLayoutInputs', 'size=size'))
    resize, flip = _resize('size'), _part('mmseg.RandomFlip', 'prob=0.5')
    crop = [_resize('resized'), _part('mmseg.RandomCrop', 'crop_size=size')]
    # Behind the crop edges are whole, thin lines.
    edges = [] if 'edge' in others else [_part('CannyEdges')]
    train_steps = ['*load', *(crop if is_cropped else [resize]), flip, *edges, '*finish']
    return '\n'.join(
        [
            f'# {len(train)} pairs for training, {len(val)} held out ({how}).',
            *(f'# {reason}' for reason in proposal.reasons),
            _assigned('_base_', [_base(path, configs / '_base_' / part) for part in _PARTS]),
            f'size = {proposal.size}  # height, width',
            *[f'resized = {proposal.resized}'] * is_cropped,
            *_files(found, root, others),
            f'load = [{", ".join(load)}]',
            f'finish = [{", ".join(finish)}]',
            *_loader('train', train[0], root, others, path, proposal, train_steps),
            *_loader('val', val[0], root, others, path, proposal, ['*load', resize, '*finish']),
            'test_dataloader = val_dataloader',
            *_model(found, proposal, 'instance' in others),
            *_schedule(proposal),
            'del classes, palette, files, size, load, finish' + ', resized' * is_cropped,
            '',
        ]
    )


def _part(kind: str, *settings: str) -> str:
    return f'dict({", ".join([f"type={kind!r}", *settings])})'


def _resize(size: str) -> str:
    return _part('mmseg.Resize', f'scale={size}[::-1]', "interpolation='bicubic'")


def _base(path: Path, part: Path) -> str:
    """A base config's path: relative where the recipe lies beside it in one checkout."""
    folder, part = path.resolve().parent, part.resolve()
    checkout = part.parents[3]
    return os.path.relpath(part, folder) if folder.is_relative_to(checkout) else str(part)


def _assigned(name: str, value: object) -> str:
    return f'{name} = {pformat(value, width=_WIDTH - len(name), compact=True)}'


def _files(found: Survey, root: str, others: Sequence[str]) -> list[str]:
    """What training and validation share."""
    labelling = found.labelling
    lines = [
        _assigned('classes', labelling.classes),
        _assigned('palette', [list(colour) for colour in labelling.palette]),
        'files = dict(',
        f'    data_root={root!r},',
        '    metainfo=dict(classes=classes, palette=palette),',
    ]
    for argument, kind in dict(img='photo', label='label', **{k: k for k in others}).items():
        lines.append(f'    {argument}_suffix={found.pairing.suffixes(kind)},')
    if labelling.label_map:
        table = pformat(labelling.label_map, width=_WIDTH, compact=True).replace('\n', '\n    ')
        lines.append(f'    label_map={table},  # ids in the files -> classes, 255: unknown')
    if labelling.label_colours:
        colours = pformat([list(c) for c in labelling.label_colours], width=_WIDTH, compact=True)
        if all(list(c) == [i] * 3 for i, c in enumerate(labelling.label_colours)):
            colours = f'[[i, i, i] for i in range({len(labelling.label_colours)})]'
        lines.append('    label_colours=' + colours.replace('\n', '\n    ') + ',')
    return [*lines, ')']


def _loader(
    split: str,
    pair: Pair,
    root: str,
    others: Sequence[str],
    path: Path,
    proposal: Proposal,
    steps: Sequence[str],
) -> list[str]:
    folders = pair.branch.folders
    where = {
        argument: os.path.relpath(folders.get(kind, folders['label']), root)
        for argument, kind in dict(img='photo', label='label', **{k: k for k in others}).items()
    }
    sampler = ["    sampler=dict(type='InfiniteSampler', shuffle=True),"] * (split == 'train')
    return [
        f'{split}_dataloader = dict(',
        f'    batch_size={proposal.batch_size},',
        f'    num_workers={proposal.workers},',
        *sampler,
        '    dataset=dict(',
        '        **files,',
        *(f'        {argument}_dir={folder!r},' for argument, folder in where.items()),
        f"        ann_file='{{{{ fileDirname }}}}/{path.stem}_{split}.txt',",
        '        pipeline=[',
        *(f'            {step},' for step in steps),
        '        ],',
        '    ),',
        ')',
    ]


def _model(found: Survey, proposal: Proposal, with_boundary: bool) -> list[str]:
    width = f'base_channels={proposal.base_channels}'
    # The average sees about the last quarter of a short training.
    momentum = min(1e-2, max(1e-4, 4 / proposal.iterations))
    return [
        'model = dict(',
        '    data_preprocessor=dict(',
        '        num_classes=len(classes),',
        f'        with_unknown={found.labelling.with_unknown},',
        f'        with_boundary={with_boundary},',
        '    ),',
        f'    generator=dict({width}),',
        f'    discriminator=dict({width}),',
        *[f'    label_generator=dict({width}),'] * (proposal.base_channels < _FULL_WIDTH),
        '    perceptual_loss=None,  # leave this line out where VGG-19 can be fetched',
        f'    ema_config=dict(momentum={momentum:.0e}),',
        ')',
    ]


def _schedule(proposal: Proposal) -> list[str]:
    count = proposal.iterations
    often = max(1, count // 10)
    return [
        f'train_cfg = dict(max_iters={count}, val_interval={max(1, count // 4)})',
        f'param_scheduler = dict(begin={count} // 2, end={count})',
        *[_FAST_RATES] * (proposal.base_channels < _FULL_WIDTH),
        f'default_hooks = dict(checkpoint=dict(interval={often}), samples=dict(interval={often}))',
        _EVALUATOR,
    ]
