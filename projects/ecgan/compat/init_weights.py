"""Training of Pix2Pix, CycleGAN, DCGAN and more dies with ``UnboundLocalError: init_info``.

Versions: mmagic 1.0 to 1.2.0.
Upstream: https://github.com/open-mmlab/mmagic/issues/2109 (open since 2023).

``generation_init_weights`` and ``DCGANDiscriminator.init_weights`` report on every module, also on
those that they did not initialise, for which they have nothing to report. Here MMagic's function
runs while no module has a record; what it changed is reported afterwards, the weights are the same.
"""

import functools
from types import ModuleType

from ._defect import Defect
from ._import_hook import rebind
from ._versions import older_than

_RECORD = '_params_init_info'


def _patch_function(model_utils: ModuleType) -> None:
    original = model_utils.generation_init_weights

    @functools.wraps(original)
    def generation_init_weights(module, init_type='normal', init_gain=0.02) -> None:
        from mmengine.model import update_init_info

        records = [(layer, layer.__dict__.pop(_RECORD, None)) for layer in module.modules()]
        try:
            original(module, init_type, init_gain)
        finally:
            for layer, record in records:
                if record is not None:
                    setattr(layer, _RECORD, record)
        # Only modules that a Runner initialises keep a record.
        if hasattr(module, _RECORD):
            update_init_info(module, f"Initialized by 'init_type' {init_type}, gain {init_gain}")

    model_utils.generation_init_weights = generation_init_weights
    rebind(original, generation_init_weights, ['mmagic'])


def _patch_dcgan(dcgan_discriminator: ModuleType) -> None:
    dcgan_discriminator.DCGANDiscriminator.init_weights = _init_dcgan_weights


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


DEFECT = Defect(
    name='init_weights',
    versions='mmagic 1.0 to 1.2.0',
    upstream='https://github.com/open-mmlab/mmagic/issues/2109',
    needed=lambda: older_than('mmagic', '1.2.1'),
    patches={
        'mmagic.models.utils.model_utils': _patch_function,
        'mmagic.models.editors.dcgan.dcgan_discriminator': _patch_dcgan,
    },
    cured='models report only on modules that they initialised',
    sound='this mmagic initialises its models without an error',
)
