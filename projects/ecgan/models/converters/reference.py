"""Names and shapes of the released networks, mapped to this project's (one place for both).

Released state dicts are those of ECGAN's generator (``conv_img1``..), of the SPADE generator
(``conv_img``) and of their common multi-scale discriminator. A spectrally normalised weight W is
stored there as ``weight_orig`` (W), ``weight_u`` and ``weight_v`` (its singular vectors), here by
PyTorch's parametrisation of the same three tensors.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from ...errors import CheckpointError

# The released network creates this layer and never calls it.
UNUSED = re.compile(r'fc1\.(weight|bias)')

# Released modules of a trunk, then of a SPADE residual block in it.
_BLOCK = re.compile(r'(head_0|G_middle_[01]|up_[0-4])\.(.+)')
_IN_BLOCK = (
    (re.compile(r'(norm_[01s])\.param_free_norm'), r'\1.norm'),
    (re.compile(r'(norm_[01s])\.mlp_shared\.0'), r'\1.shared'),
    (re.compile(r'(norm_[01s])\.mlp_(gamma|beta)'), r'\1.\2'),
    (re.compile(r'(conv_[01s])'), r'\1'),
)
_GENERATOR = {
    'fc': 'trunk.stem',
    'conv_img': 'to_image',
    'conv_comb1': 'semantic_module.to_classes',
    'conv_comb2': 'semantic_module.from_classes',
    'conv_comb': 'semantic_module.to_image',
    'conv_img4': 'image_generator.to_image',
    'conv_edge4': 'edge_generator.to_edge',
    **{f'conv_img{i}': f'image_generator.ladder.{i - 1}' for i in (1, 2, 3)},
    **{f'conv_edge{i}': f'edge_generator.ladder.{i - 1}' for i in (1, 2, 3)},
}
_DISCRIMINATOR = (
    (re.compile(r'discriminator_(\d+)\.model0\.0'), lambda m: f'scales.{m[1]}.first'),
    (
        re.compile(r'discriminator_(\d+)\.model([123])\.0\.0'),
        lambda m: f'scales.{m[1]}.stages.{int(m[2]) - 1}',
    ),
    (re.compile(r'discriminator_(\d+)\.model4\.0'), lambda m: f'scales.{m[1]}.to_prediction'),
)
# Last parts of a name. Those of a normalised weight become the parametrisation's.
_TENSORS = {
    **{n: n for n in ('weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked')},
    'weight_orig': 'parametrizations.weight.original',
    'weight_u': 'parametrizations.weight.0._u',
    'weight_v': 'parametrizations.weight.0._v',
}


def convert_name(released: str, network: str) -> str | None:
    """Map the released name of a tensor to this project's.

    Args:
        released: Released name, such as ``up_0.conv_s.weight_orig``.
        network: ``generator`` (ECGAN's or SPADE's) or ``discriminator``.

    Returns:
        Name in the state dict of :class:`ECGANGenerator`, :class:`SPADEGenerator` or
        :class:`MultiModalityDiscriminator`; None for a weight that the network does not use.

    Raises:
        CheckpointError: If the released networks have no such tensor.
    """
    module, _, tensor = released.rpartition('.')
    if network == 'generator' and UNUSED.fullmatch(released):
        return None
    converted = (_generator_module if network == 'generator' else _discriminator_module)(module)
    if converted is None or tensor not in _TENSORS:
        raise CheckpointError(
            f'{released!r} is not a tensor of the released {network}; supported are the state '
            "dicts of ECGAN's generator, the SPADE generator and their multi-scale discriminator"
        )
    return f'{converted}.{_TENSORS[tensor]}'


def _generator_module(name: str) -> str | None:
    if name in _GENERATOR:
        return _GENERATOR[name]
    match = _BLOCK.fullmatch(name)
    if match is None:
        return None
    block = {'head_0': 'head'}.get(match[1], match[1].removeprefix('G_'))
    for pattern, replacement in _IN_BLOCK:
        if pattern.fullmatch(match[2]):
            return f'trunk.blocks.{block}.{pattern.sub(replacement, match[2])}'
    return None


def _discriminator_module(name: str) -> str | None:
    for pattern, replacement in _DISCRIMINATOR:
        match = pattern.fullmatch(name)
        if match:
            return replacement(match)
    return None


def convert_state_dict(released: Mapping[str, Tensor], network: str) -> dict[str, Tensor]:
    """A network's released tensors by this project's names, without the unused ones.

    Raises:
        CheckpointError: If there is a tensor that the released networks do not have.
    """
    converted = {convert_name(name, network): tensor for name, tensor in released.items()}
    converted.pop(None, None)
    return converted


def load_converted(module: nn.Module, released: Mapping[str, Tensor], network: str) -> None:
    """Load a released state dict into this project's network, every tensor checked.

    Args:
        module: Network of the config that :func:`infer_config` gave.
        released: Tensors by released name.
        network: ``generator`` or ``discriminator``.

    Raises:
        CheckpointError: If a tensor is missing, of another shape, or not one of these networks.
    """
    state = convert_state_dict(released, network)
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        raise CheckpointError(f'the weights do not fit the {network}: {error}') from error


def identify(names: Iterable[str]) -> str:
    """Tell by its names which released network a state dict belongs to.

    Returns:
        ``ecgan_generator``, ``spade_generator`` or ``discriminator``.

    Raises:
        CheckpointError: If it is none of them.
    """
    names = set(names)
    for key, kind in (
        ('discriminator_0.model0.0.weight', 'discriminator'),
        ('conv_img1.weight', 'ecgan_generator'),
        ('conv_img.weight', 'spade_generator'),
    ):
        if key in names:
            return kind
    raise CheckpointError(
        'not a released generator or discriminator: none of discriminator_0.model0.0.weight, '
        f'conv_img1.weight, conv_img.weight is among the names, which start {sorted(names)[:4]}'
    )


def network_of(names: Iterable[str]) -> str:
    """``generator`` or ``discriminator``, see :func:`identify`."""
    return 'discriminator' if identify(names) == 'discriminator' else 'generator'


def infer_config(shapes: Mapping[str, Sequence[int]], upsampling: str | None = None) -> dict:
    """Work the network's config out from the shapes of its released weights.

    Args:
        shapes: Shape of every weight by released name.
        upsampling: ``normal``, ``more`` or ``most``. ``normal`` and ``more`` have the same
            weights; None takes ``most`` where its extra block is present, else ``normal``.

    Returns:
        Config for ``MODELS.build``.

    Raises:
        CheckpointError: If the shapes are not of a supported network, or contradict ``upsampling``.
    """
    kind = identify(shapes)
    if kind == 'discriminator':
        width, channels = shapes['discriminator_0.model0.0.weight'][:2]
        scales = {n.split('.')[0] for n in shapes if n.startswith('discriminator_')}
        return dict(
            type='MultiModalityDiscriminator',
            layout_channels=channels - 3,
            base_channels=width,
            num_scales=len(scales),
        )
    config = _trunk_config(shapes, upsampling)
    if kind == 'spade_generator':
        return dict(type='SPADEGenerator', **config)
    image_widths = [_shape(shapes, f'conv_img{i}.weight')[0] for i in (1, 2, 3)]
    edge_widths = [_shape(shapes, f'conv_edge{i}.weight')[0] for i in (1, 2, 3)]
    return dict(
        type='ECGANGenerator',
        num_classes=_shape(shapes, 'conv_comb1.weight')[0],
        image_generator=dict(type='ImageGenerator', widths=image_widths),
        edge_generator=dict(type='EdgeGenerator', widths=edge_widths),
        edge_transfer=dict(type='AttentionEdgeTransfer'),
        semantic_module=dict(type='SemanticPreservingModule'),
        **config,
    )


def _shape(shapes: Mapping[str, Sequence[int]], name: str) -> Sequence[int]:
    if name not in shapes:
        raise CheckpointError(f'the released weights lack {name}; there are {len(shapes)} of them')
    return shapes[name]


def _trunk_config(shapes: Mapping[str, Sequence[int]], upsampling: str | None) -> dict:
    stem = _shape(shapes, 'fc.weight')
    if len(stem) != 4:
        raise CheckpointError(
            f'fc.weight has shape {tuple(stem)}: a network that starts from a style vector (VAE) '
            'instead of the layout is not supported'
        )
    has_fifth = any(name.startswith('up_4.') for name in shapes)
    upsampling = upsampling or ('most' if has_fifth else 'normal')
    if (upsampling == 'most') != has_fifth:
        raise CheckpointError(
            f'upsampling {upsampling!r} does not fit: the weights are those of '
            f'{"most" if has_fifth else "normal or more"} (block up_4 is '
            f'{"there" if has_fifth else "absent"})'
        )
    return dict(layout_channels=stem[1], base_channels=stem[0] // 16, upsampling=upsampling)


def exact_singular_vectors(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Singular vectors of a weight's largest singular value, as many power iterations approach it.

    Args:
        weight: Convolution weight ``(out, in, h, w)``, taken as a matrix of out x rest.

    Returns:
        u of ``(out,)`` and v of ``(in * h * w,)``, in the weight's dtype; their common sign is
        free and cancels in u^T W v.
    """
    matrix = weight.detach().flatten(1).double()
    # The Gram matrix has out x out entries only; in float64 its squared condition does no harm
    # to the leading vector.
    u = torch.linalg.eigh(matrix @ matrix.T)[1][:, -1]
    v = torch.nn.functional.normalize(matrix.T @ u, dim=0)
    return u.to(weight.dtype), v.to(weight.dtype)
