"""Batch norms that see one picture at a time train another network than they evaluate."""

from logging import WARNING

from mmengine.dist import get_world_size
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from ...models.parts.unwrap import unwrap


def check_batch_norms(runner: Runner) -> None:
    """Warn where batch norm meets batches of one picture.

    In training such a norm takes the statistics of each picture, in evaluation the average of all
    pictures: what differs from the average (a night among days) is drawn like the average.
    """
    if runner.train_loop.dataloader.batch_size != 1:
        return
    model = unwrap(runner.model)
    # MMagic's translators (Pix2Pix) generate in training mode: nothing differs there.
    if hasattr(model, 'generators'):
        return
    networks = {'': model}
    if hasattr(model, 'generator'):
        networks = {'generator.': unwrap(model.generator)}
    norms = [
        place + name
        for place, network in networks.items()
        for name, module in network.named_modules()
        if _is_lonely(module)
    ]
    if not norms:
        return
    print_log(
        f'batch norm meets batch 1: {len(norms)} norms ({norms[0]}, ...) take the statistics of '
        'single pictures in training and the average of all in evaluation, so that pictures unlike '
        'the average (night among day) come out like it; take train_dataloader.batch_size=2 or '
        "more, or a norm without running averages (model.generator.trunk.norm=dict(type='IN') for "
        "instance norm, dict(type='GN', num_groups=8) for group norm)",
        'current',
        WARNING,
    )


def _is_lonely(module: nn.Module) -> bool:
    """Whether a module normalises by a batch in training and by running averages afterwards."""
    if not isinstance(module, _BatchNorm) or not module.track_running_stats:
        return False
    shares = isinstance(module, nn.SyncBatchNorm) or hasattr(module, 'is_distributed')
    return module.training and not (shares and get_world_size() > 1)
