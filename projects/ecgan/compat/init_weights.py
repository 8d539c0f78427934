"""Training of Pix2Pix, CycleGAN, DCGAN and more dies with ``UnboundLocalError: init_info``.

Versions: mmagic 1.0 to 1.2.0.
Upstream: https://github.com/open-mmlab/mmagic/issues/2109 (open since 2023).

``generation_init_weights`` and ``DCGANDiscriminator.init_weights`` report on every module, also on
those that they did not initialise, for which they have nothing to report. Here only initialised
modules are reported; the weights are the same.
"""

from types import ModuleType

from ._defect import Defect
from ._import_hook import rebind
from ._versions import older_than


def _patch_function(model_utils: ModuleType) -> None:
    original = model_utils.generation_init_weights
    model_utils.generation_init_weights = generation_init_weights
    rebind(original, generation_init_weights, ['mmagic'])


def _patch_dcgan(dcgan_discriminator: ModuleType) -> None:
    dcgan_discriminator.DCGANDiscriminator.init_weights = _init_dcgan_weights


def generation_init_weights(module, init_type='normal', init_gain=0.02) -> None:
    """Initialise the weights of convolution, linear and BatchNorm2d layers.

    Args:
        module (nn.Module): Module whose sub-modules are initialised.
        init_type (str): ``'normal'``, ``'xavier'``, ``'kaiming'`` or ``'orthogonal'``.
        init_gain (float): Scale of the normal, xavier and orthogonal initialisation.

    Raises:
        NotImplementedError: ``init_type`` is none of these.
    """

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
        _report(layer, info)

    module.apply(initialise)


def _init_dcgan_weights(self) -> None:
    """Initialise as the DCGAN paper does: weights from N(0, 0.02), BatchNorm from N(0, 1)."""
    from mmengine.model import BaseModule, normal_init
    from torch import nn
    from torch.nn.modules.batchnorm import _BatchNorm

    if self.init_cfg is not None and self.init_cfg['type'] == 'Pretrained':
        BaseModule.init_weights(self)
        return
    for layer in self.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            normal_init(layer, 0, 0.02)
        elif isinstance(layer, _BatchNorm):
            nn.init.normal_(layer.weight)
            nn.init.constant_(layer.bias, 0)
        else:
            continue
        _report(layer, f'{type(layer).__name__}: as in the DCGAN paper')


def _report(layer, info: str) -> None:
    from mmengine.model import update_init_info

    # Only modules that a Runner initialises keep a record.
    if hasattr(layer, '_params_init_info'):
        update_init_info(layer, info)


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


DEFECT = Defect(
    name='init_weights',
    versions='mmagic 1.0 to 1.2.0',
    upstream='https://github.com/open-mmlab/mmagic/issues/2109',
    needed=lambda: older_than('mmagic', (1, 2, 1)),
    patches={
        'mmagic.models.utils.model_utils': _patch_function,
        'mmagic.models.editors.dcgan.dcgan_discriminator': _patch_dcgan,
    },
    cured='models report only on modules that they initialised',
    sound='this mmagic initialises its models without an error',
)
