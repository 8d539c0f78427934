"""Training of models that use ``generation_init_weights`` dies with ``UnboundLocalError``.

Versions: mmagic 1.0 to 1.2.0 (Pix2Pix, CycleGAN, PatchDiscriminator and more).
Upstream: https://github.com/open-mmlab/mmagic/issues/2109 (open since 2023).

The function reports on every module, also on those that it did not initialise, for which it has
nothing to report. Here only initialised modules are reported; the weights are the same.
"""

from types import ModuleType

from ._import_hook import rebind, when_imported
from ._versions import older_than

NAME = 'init_weights'
VERSIONS = 'mmagic 1.0 to 1.2.0'

applied = False


def needed() -> bool:
    """Whether the installed mmagic is one of the defective releases."""
    return older_than('mmagic', (1, 2, 1))


def apply() -> None:
    """Replace the function when MMagic's models are imported."""
    global applied
    if applied:
        return
    applied = True
    when_imported('mmagic.models.utils.model_utils', _patch)


def detail() -> str:
    """One line about what holds on this machine."""
    if applied:
        return 'generation_init_weights reports only on modules that it initialised'
    return 'this mmagic initialises its models without an error'


def _patch(model_utils: ModuleType) -> None:
    original = model_utils.generation_init_weights
    model_utils.generation_init_weights = generation_init_weights
    rebind(original, generation_init_weights, ['mmagic'])


def generation_init_weights(module, init_type='normal', init_gain=0.02) -> None:
    """Initialise the weights of convolution, linear and BatchNorm2d layers.

    Args:
        module (nn.Module): Module whose sub-modules are initialised.
        init_type (str): ``'normal'``, ``'xavier'``, ``'kaiming'`` or ``'orthogonal'``.
        init_gain (float): Scale of the normal, xavier and orthogonal initialisation.

    Raises:
        NotImplementedError: ``init_type`` is none of these.
    """
    from mmengine.model import update_init_info

    def initialise(layer) -> None:
        name = type(layer).__name__
        if hasattr(layer, 'weight') and ('Conv' in name or 'Linear' in name):
            _initialise_matrix(layer, init_type, init_gain)
            info = f"Initialize {name} by 'init_type' {init_type}."
        elif 'BatchNorm2d' in name:
            _initialise_batch_norm(layer, init_gain)
            info = f'{name}: weights drawn from N(1, {init_gain}), bias 0'
        else:
            return
        if hasattr(layer, '_params_init_info'):
            update_init_info(layer, info)

    module.apply(initialise)


def _initialise_batch_norm(layer, gain: float) -> None:
    from mmengine.model import normal_init

    normal_init(layer, 1.0, gain)


def _initialise_matrix(layer, init_type: str, gain: float) -> None:
    from mmengine.model import kaiming_init, normal_init, xavier_init
    from torch.nn import init

    if init_type == 'normal':
        normal_init(layer, 0.0, gain)
    elif init_type == 'xavier':
        xavier_init(layer, gain=gain, distribution='normal')
    elif init_type == 'kaiming':
        kaiming_init(layer, a=0, mode='fan_in', nonlinearity='leaky_relu', distribution='normal')
    elif init_type == 'orthogonal':
        init.orthogonal_(layer.weight, gain=gain)
        if layer.bias is not None:
            init.constant_(layer.bias, 0.0)
    else:
        raise NotImplementedError(
            f"init_type must be 'normal', 'xavier', 'kaiming' or 'orthogonal', got '{init_type}'"
        )
