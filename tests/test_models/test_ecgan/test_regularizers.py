"""Penalties on the discriminator against plain differentiation, alone and in an iteration."""

import copy

import ecgan_toys
import pytest
import torch
from ecgan_toys import build_model, build_optimizers, make_batch
from mmagic.registry import MODELS
from mmengine.logging import MessageHub
from torch.nn import functional as F

from projects.ecgan.models.ecgan.regularizers import (
    BoundDiscriminator,
    build_regularizers,
    regularize,
)
from projects.ecgan.structures import Layout

R1 = dict(type='R1GradientPenaltyComps', loss_weight=5.0, norm_mode='HWC')
GP = dict(type='GradientPenaltyLossComps', loss_weight=10.0, norm_mode='HWC')
HINGE = dict(type='GANLoss', gan_type='hinge')


@pytest.fixture(autouse=True)
def first_iteration():
    MessageHub.get_current_instance().update_info('iter', 0)


def judge_plainly(discriminator, layout, images):
    """Scores of the multi-modality discriminator, in operations that PyTorch differentiates."""
    x = torch.cat(
        [layout.one_hot(images.dtype).repeat(len(images) // len(layout), 1, 1, 1), images], 1
    )
    scores = []
    for index, scale in enumerate(discriminator.scales):
        if index:
            x = F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
        y = F.conv2d(x, scale.first.weight, scale.first.bias, 2, 2)
        y = F.leaky_relu(y, 0.2)
        for conv in scale.stages:
            norm, weight = conv.parametrizations.weight[0], conv.parametrizations.weight.original
            sigma = norm._u @ weight.flatten(1) @ norm._v
            y = F.conv2d(y, weight / sigma, None, conv.stride, 2)
            mean, var = y.mean((2, 3), keepdim=True), y.var((2, 3), keepdim=True, unbiased=False)
            y = F.leaky_relu((y - mean) / (var + 1e-5).sqrt(), 0.2)
        scores.append(scale.to_prediction(y).mean((1, 2, 3)))
    return torch.stack(scores).mean(0)


def make_discriminator(layout_mode='plain'):
    torch.manual_seed(0)
    config = dict(
        type='MultiModalityDiscriminator', layout_channels=4, base_channels=3, init_gain=1.0,
        layout_mode=layout_mode,
    )  # fmt: skip
    discriminator = MODELS.build(config)
    discriminator.init_weights()
    return discriminator.double().eval()


def make_pairs():
    torch.manual_seed(1)
    layout = Layout(torch.randint(0, 4, (2, 24, 32)), 4)
    photo, edge, coarse, image, drawn = torch.rand(5, 2, 3, 24, 32, dtype=torch.float64) * 2 - 1
    return layout, dict(image=photo, edge=edge), dict(coarse=coarse, image=image, edge=drawn)


def penalise(configs, discriminator, layout, reals, fakes, iteration=0):
    judge = BoundDiscriminator(discriminator, layout, MODELS.build(HINGE))
    outputs = [{n: judge.judge(x) for n, x in group.items()} for group in (reals, fakes)]
    return regularize(build_regularizers(configs), judge, reals, fakes, tuple(outputs), iteration)


def square_norms(scores, images, target):
    (gradient,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
    return (gradient.flatten(1).norm(dim=1) - target).square().mean()


@pytest.mark.parametrize('layout_mode', ['plain', 'indexed'])
@pytest.mark.parametrize('config', [R1, GP], ids=['r1', 'gp'])
def test_penalties_of_ours_equal_plain_double_differentiation(config, layout_mode):
    discriminator = make_discriminator(layout_mode)
    layout, reals, fakes = make_pairs()
    torch.manual_seed(2)
    (found,) = penalise([config], discriminator, layout, reals, fakes).values()

    if config is R1:
        images = torch.cat(list(reals.values())).requires_grad_()
        expected = 5 * square_norms(judge_plainly(discriminator, layout, images), images, 0)
    else:
        torch.manual_seed(2)
        share = torch.rand(6, 1, 1, 1).double()
        photos = torch.cat([reals['image'], reals['image'], reals['edge']])
        images = share * photos + (1 - share) * torch.cat(list(fakes.values()))
        images.requires_grad_()
        expected = 10 * square_norms(judge_plainly(discriminator, layout, images), images, 1)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-8)
    weights = [w for w in discriminator.parameters() if w.dim() > 1]
    ours, theirs = (torch.autograd.grad(x, weights) for x in (found, expected))
    for a, b in zip(ours, theirs):
        assert b.abs().max() > 0
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6 * b.abs().max().item())


def test_a_lazy_penalty_sits_iterations_out():
    discriminator = make_discriminator()
    lazy = dict(R1, interval=4)
    names = [set(penalise([lazy], discriminator, *make_pairs(), iteration=i)) for i in range(5)]
    assert names == [{'loss_disc_r1_gp'}, set(), set(), set(), {'loss_disc_r1_gp'}]


def test_other_components_of_mmagic_and_own_inputs():
    discriminator = make_discriminator()
    layout, reals, fakes = make_pairs()
    shifts = [
        dict(type='DiscShiftLossComps', loss_weight=1.0),
        dict(type='DiscShiftLossComps', loss_weight=1.0, loss_name='loss_real_shift',
             data_info=dict(pred='disc_pred_real')),
    ]  # fmt: skip
    found = penalise(shifts, discriminator, layout, reals, fakes)
    scores = judge_plainly(discriminator, layout, torch.cat(list(fakes.values())))
    torch.testing.assert_close(
        found['loss_disc_disc_shift'].double(), scores.square().mean(), rtol=1e-4, atol=1e-7
    )
    assert 'loss_disc_real_shift' in found
    with pytest.raises(ValueError, match="2 entries named 'loss_r1_gp'"):
        build_regularizers([R1, R1])


@pytest.mark.slow
@pytest.mark.parametrize('kind', ['OptimWrapper', 'Bfloat16OptimWrapper'])
def test_a_penalty_is_part_of_the_discriminators_loss_only(repo_root, kind):
    model = build_model(repo_root, discriminator_regularizers=[R1])
    plain = build_model(repo_root)
    found, expected = (
        each.train_step(make_batch(), build_optimizers(repo_root, each, type=kind))
        for each in (model, plain)
    )
    penalty = found.pop('loss_disc_r1_gp')
    assert penalty > 0
    assert found.pop('loss_disc') == pytest.approx(expected.pop('loss_disc') + penalty, rel=1e-4)
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-5)


def build_penalised(repo_root):
    penalties = [dict(R1, loss_weight=1e3)]
    changes = {'discriminator.init_gain': 1.0, **ecgan_toys.BARE}
    return build_model(repo_root, discriminator_regularizers=penalties, **changes)


def step_of_a_rank(repo_root, out) -> None:
    module, rank = ecgan_toys.step_as_one_of_two(build_penalised(repo_root))
    if rank == 0:
        torch.save([p.detach() for p in module.discriminator.parameters()], out)


@pytest.mark.slow
def test_two_processes_equal_one_with_the_whole_batch(tmp_path, repo_root):
    found = ecgan_toys.saved_by_two_ranks(step_of_a_rank, repo_root, tmp_path)
    model = build_penalised(repo_root)
    before = copy.deepcopy(model.discriminator)
    ecgan_toys.step_with_sgd(model, make_batch(4))
    ecgan_toys.assert_same_steps(before, found, model.discriminator)
