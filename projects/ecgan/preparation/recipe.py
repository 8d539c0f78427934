"""A recipe that trains on what was found."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import wrap

from ..compat.atomic_checkpoints import write_atomically
from ..errors import ConfigError
from .pairing.pairs import Pair
from .proposal import Proposal
from .survey import Survey

_WIDTH = 100
_FULL_WIDTH = 64
_PARTS = ('datasets/photos.py', 'optimizers/adam_two_rates.py')
# Of generator and discriminator, with the reason. Those of short trainings: docs/results.md.
_RATES = ('1e-4', '4e-4', "The papers' rates.")
_SHORT_RATES = (
    '2e-3',
    '2e-4',
    'In so few iterations the generator needs larger steps, and the discriminator smaller ones.',
)
# The weight of the recipes on CamVid, where it weighs about twice feature matching.
_PERCEPTUAL_LOSS = (
    "perceptual_loss=dict(_delete_=True, type='EncoderPerceptualLoss', loss_weight=1.0,",
    "                     encoder=dict(type='efficientnet-lite1')),",
)
_EVALUATOR = """\
# No segmentor knows these classes yet. Once one is trained, it joins both lists of metrics:
# dict(type='SegmentationFidelity', label_mapping='identity',
#      segmentor=dict(config=CONFIG, checkpoint=CHECKPOINT))  (docs/evaluate.md)
val_evaluator = dict(
    type='Evaluator',
    metrics=[dict(type='PairedSSIM'), dict(type='PairedPSNR'), dict(type='EdgeAccuracy')],
)
test_evaluator = val_evaluator"""


def write_names(path: Path, names: Sequence[str]) -> None:
    """Write names, one a line."""
    write_atomically('\n'.join([*names, '']).encode(), path)


def write_recipe(path: Path, found: Survey, proposal: Proposal) -> list[Path]:
    """Write a config that ``ecgan train`` takes, and the lists of its samples beside it.

    Args:
        path: The config.
        found: What was found.
        proposal: What to train with.

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
    text = recipe_text(path, found, proposal)
    write_atomically(text.encode(), path)
    return [path, *lists]


def recipe_text(path: Path, found: Survey, proposal: Proposal) -> str:
    """The config's text, see :func:`write_recipe`."""
    train, val, how = found.split()
    folders = [*train[0].branch.folders.values(), *val[0].branch.folders.values()]
    root = os.path.commonpath(folders)
    others = [kind for kind in ('instance', 'edge') if kind in found.pairing.ends]
    is_cropped = proposal.resized not in (proposal.size, None)
    model = 'ecgan_base16' if proposal.is_short else 'ecgan'
    bases = [repr(f'ecgan::_base_/{part}') for part in (f'models/{model}.py', *_PARTS)]
    photo = [f'{name}={value!r}' for name, value in found.photo_arguments.items()]
    load = [_part('LoadPhoto', *photo), _part('LoadLabelMap')]
    load += [_part(f'Load{kind.title()}Map') for kind in others]
    finish = [_part('InstanceBoundary')] * ('instance' in others)
    finish.append(_part('PackLayoutInputs', 'size=size'))
    flip, crop = _part('mmseg.RandomFlip', 'prob=0.5'), _part('mmseg.RandomCrop', 'crop_size=size')
    train_fit, val_fit = [_resize('size')], _resize('size')
    if is_cropped:
        train_fit = [_resize('resized'), crop]
    elif proposal.resized is None and others:
        raise ConfigError(
            f'--crop: mmcv crops the held-out pairs and knows no {others[0]} maps; move '
            'their folder away, or leave --crop out'
        )
    elif proposal.resized is None:
        train_fit, val_fit = [crop], _part('CenterCrop', 'crop_size=size[::-1]')
    # Behind the crop edges are whole, thin lines.
    edges = [] if 'edge' in others else [_part('CannyEdges')]
    train_steps = ['*load', *train_fit, flip, *edges, '*finish']
    return '\n'.join(
        [
            *_comment(f'{len(train)} pairs for training, {len(val)} held out ({how}).'),
            *(line for reason in proposal.reasons for line in _comment(reason)),
            *_listed('_base_ = [', bases),
            f'size = {proposal.size}  # height, width',
            *[f'resized = {proposal.resized}'] * is_cropped,
            *_listed('classes = [', map(repr, found.labelling.classes)),
            *_listed('palette = [', [str(list(colour)) for colour in found.labelling.palette]),
            *_files(found, root, others),
            f'load = [{", ".join(load)}]',
            f'finish = [{", ".join(finish)}]',
            *_loader('train', train[0], root, others, path, proposal, train_steps),
            *_loader('val', val[0], root, others, path, proposal, ['*load', val_fit, '*finish']),
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
    if labelling.reading.choices:
        choices = ', '.join(f'{key}={value!r}' for key, value in labelling.reading.choices.items())
        lines.append(f'    reading=dict({choices}),')
    if labelling.label_map:
        lines.append(f'    # Ids in the files -> classes; {labelling.unknown}: unknown.')
        pairs = [f'{old}: {new}' for old, new in labelling.label_map.items()]
        lines += _listed('label_map={', pairs, 4)
    if labelling.label_colours:
        colours = [str(list(colour)) for colour in labelling.label_colours]
        lines += _listed('label_colours=[', colours, 4)
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
    generator, discriminator, reason = _SHORT_RATES if proposal.is_short else _RATES
    return [
        "train_cfg = dict(type='IterBasedTrainLoop', "
        f'max_iters={count}, val_interval={max(1, count // 4)})',
        f'param_scheduler = dict(begin={count} // 2, end={count})',
        f'# {reason}',
        'optim_wrapper = dict(',
        f'    generator=dict(optimizer=dict(lr={generator})),',
        f'    discriminator=dict(optimizer=dict(lr={discriminator})),',
        ')',
        f'default_hooks = dict(checkpoint=dict(interval={often}), samples=dict(interval={often}))',
        _EVALUATOR,
    ]
