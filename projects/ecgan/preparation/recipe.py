"""A recipe that trains on what was found."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import wrap

from ..compat.atomic_checkpoints import write_atomically
from ..errors import ConfigError
from .pairing import Pair
from .proposal import Proposal
from .survey import Survey

_WIDTH = 100
_FULL_WIDTH = 64
_PARTS = ('_base_/datasets/photos.py', '_base_/schedules/ttur_400iters.py')
# The schedule's own rates are for long trainings; these were found on CamVid (docs/results.md).
_SHORT_RATES = """\
# In so few iterations the generator needs larger steps, and the discriminator smaller ones.
optim_wrapper = dict(
    generator=dict(optimizer=dict(lr=2e-3)), discriminator=dict(optimizer=dict(lr=2e-4))
)"""
# The weight of the recipes on CamVid, where it weighs about twice feature matching.
_PERCEPTUAL_LOSS = (
    "perceptual_loss=dict(_delete_=True, type='EncoderPerceptualLoss', loss_weight=1.0,",
    "                     encoder=dict(type='efficientnet-lite1')),",
)
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
    """Write a config that ``ecgan train`` takes, and the lists of its samples beside it.

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
    model = 'ecgan_base16' if proposal.is_short else 'ecgan'
    bases = [f'_base_/models/{model}.py', *_PARTS]
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
            *_comment(f'{len(train)} pairs for training, {len(val)} held out ({how}).'),
            *(line for reason in proposal.reasons for line in _comment(reason)),
            *_listed('_base_ = [', [repr(_base(path, configs / part)) for part in bases]),
            f'size = {proposal.size}  # height, width',
            *[f'resized = {proposal.resized}'] * is_cropped,
            *_listed('classes = [', map(repr, found.labelling.classes)),
            *_listed('palette = [', [str(list(colour)) for colour in found.labelling.palette]),
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


def _comment(text: str) -> list[str]:
    return wrap(text, _WIDTH, initial_indent='# ', subsequent_indent='#   ')


def _part(kind: str, *settings: str) -> str:
    return f'dict({", ".join([f"type={kind!r}", *settings])})'


def _resize(size: str) -> str:
    return _part('mmseg.Resize', f'scale={size}[::-1]', "interpolation='bicubic'")


def _base(path: Path, part: Path) -> str:
    """A base config's path: relative where the recipe lies beside it in one checkout."""
    folder, part = path.resolve().parent, part.resolve()
    checkout = part.parents[3]
    return os.path.relpath(part, folder) if folder.is_relative_to(checkout) else str(part)


def _listed(head: str, items: Iterable[str], indent: int = 0) -> list[str]:
    """Lines of a list or dict: in one line where it fits, otherwise filled up."""
    items, tail = list(items), '}' if head.endswith('{') else ']'
    comma = ',' * (indent > 0)
    whole = ' ' * indent + head + ', '.join(items) + tail + comma
    if len(whole) <= _WIDTH:
        return [whole]
    lines = ['']
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) + 6 + indent > _WIDTH:
            lines.append('')
        lines[-1] += f'{item}, '
    inner = [' ' * (indent + 4) + line.rstrip() for line in lines]
    return [' ' * indent + head, *inner, ' ' * indent + tail + comma]


def _files(found: Survey, root: str, others: Sequence[str]) -> list[str]:
    """What training and validation share."""
    labelling = found.labelling
    lines = [f'data_root={root!r},', 'metainfo=dict(classes=classes, palette=palette),']
    for argument, kind in _arguments(others).items():
        lines.append(f'{argument}_suffix={found.suffixes(kind)},')
    lines = [f'    {line}' for line in lines]
    if labelling.label_map:
        lines.append('    # Ids in the files -> classes; 255: unknown.')
        pairs = [f'{old}: {new}' for old, new in labelling.label_map.items()]
        lines += _listed('label_map={', pairs, 4)
    colours = [list(colour) for colour in labelling.label_colours or ()]
    if colours and colours == [[level] * 3 for level in range(len(colours))]:
        lines.append(f'    label_colours=[[level] * 3 for level in range({len(colours)})],')
    elif colours:
        lines += _listed('label_colours=[', map(str, colours), 4)
    return ['files = dict(', *lines, ')']


def _arguments(others: Sequence[str]) -> dict[str, str]:
    """Beginnings of the data set's arguments, and the kinds of files that they are about."""
    return dict(img='photo', label='label', **{kind: kind for kind in others})


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
        for argument, kind in _arguments(others).items()
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
    # The average sees about the last sixteenth of a short training.
    momentum = min(1e-2, max(1e-4, 16 / proposal.iterations))
    lines = [
        'data_preprocessor=dict(num_classes=len(classes), '
        f'with_unknown={found.labelling.with_unknown}, with_boundary={with_boundary}),'
    ]
    if proposal.with_encoder:
        lines += _PERCEPTUAL_LOSS
    elif not proposal.is_short:
        lines.append('perceptual_loss=None,  # leave this line out where VGG-19 can be fetched')
    if not proposal.is_short and proposal.base_channels != _FULL_WIDTH:
        networks = ('generator', 'discriminator', 'label_generator')
        width = f'dict(base_channels={proposal.base_channels})'
        lines += [f'{network}={width},' for network in networks]
    lines.append(f'ema_config=dict(momentum={momentum:.0e}),')
    return ['model = dict(', *(f'    {line}' for line in lines), ')']


def _schedule(proposal: Proposal) -> list[str]:
    count = proposal.iterations
    often = max(1, count // 10)
    return [
        f'train_cfg = dict(max_iters={count}, val_interval={max(1, count // 4)})',
        f'param_scheduler = dict(begin={count} // 2, end={count})',
        *[_SHORT_RATES] * proposal.is_short,
        f'default_hooks = dict(checkpoint=dict(interval={often}), samples=dict(interval={often}))',
        _EVALUATOR,
    ]
