"""Types that a config names are looked up before a run."""

import pytest
from mmengine.config import Config

from projects.ecgan.commands.command_line import run_parser
from projects.ecgan.engine import configuration
from projects.ecgan.errors import ConfigError

PIX2PIX = 'mmagic::pix2pix/pix2pix_vanilla-unet-bn_1xb1-80kiters_facades.py'


def build(*argv: str) -> Config:
    return configuration.read_run_config(run_parser('test').parse_args(argv))


@pytest.mark.parametrize('name', [PIX2PIX, 'mmseg::fcn/fcn_r50-d8_4xb2-40k_cityscapes-512x1024.py'])
def test_configs_of_the_toolbox_pass_the_check(name: str) -> None:
    configuration.check_config(build(name))


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        ('model.type=Pix2Pixx', "model.type: 'Pix2Pixx' is not registered.*did you mean 'Pix2Pix'"),
        ('model.generator.type=Unet', 'model.generator.type'),
        ('train_dataloader.dataset.type=X', 'train_dataloader.dataset.type'),
        ('train_dataloader.dataset.pipeline.1.type=X', 'train_dataloader.dataset.pipeline.type'),
        ('default_hooks.checkpoint.type=X', 'default_hooks.checkpoint.type'),
        ('optim_wrapper.generators.optimizer.type=Adm', 'optim_wrapper.generators.optimizer.type'),
        ('optim_wrapper.constructor=X', 'optim_wrapper.constructor'),
        ('val_evaluator.metrics.0.type=X', 'val_evaluator.metrics.type'),
        ('val_cfg.type=X', 'val_cfg.type'),
        ('model_wrapper_cfg.type=X', 'model_wrapper_cfg.type'),
        ('model.type=', "model.type: '' is not registered"),
    ],
)
def test_unknown_type_is_named_with_its_place(option: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        configuration.check_config(build(PIX2PIX, '--cfg-options', option))
    assert '\n' not in str(error.value)
