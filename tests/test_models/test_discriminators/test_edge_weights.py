"""Weights that edges have for themselves, against the papers' networks written out."""

import copy

import ecgan_toys
import pix2pix_toys
import pytest
import torch
from ecgan_toys import build_model, build_optimizers, make_batch
from mmagic.registry import MODELS
from mmengine.logging import MessageHub
from pix2pix_toys import build_pix2pix
from torch.nn import functional as F

from projects.ecgan.errors import ConfigError
from projects.ecgan.models.discriminators import judge_pairs
from projects.ecgan.models.ecgan.regularizers import BoundDiscriminator
from projects.ecgan.structures import Layout

KINDS = ('head', 'norm', 'own')
WIDTHS = (3, 6, 12, 24)
HINGE = dict(type='GANLoss', gan_type='hinge')
# The names by which checkpoints have known one scale's weights.
KEYS = {
    'first.weight', 'first.bias', 'to_prediction.weight', 'to_prediction.bias',
    *(f'stages.{i}.parametrizations.weight.{each}' for i in range(3)
      for each in ('original', '0._u', '0._v')),
}  # fmt: skip


def build(edge_weights='shared', **options):
    torch.manual_seed(0)
    discriminator = MODELS.build(
        dict(
            type='MultiModalityDiscriminator',
            layout_channels=4,
            base_channels=3,
            init_gain=1.0,
            edge_weights=edge_weights,
            **options,
        )
    )
    discriminator.init_weights()
    with torch.no_grad():
        for name, parameter in discriminator.named_parameters():
            if name.endswith(('shift', 'bias')):
                parameter.normal_()
            elif name.endswith('scale'):
                parameter.uniform_(0.5, 2)
    return discriminator.eval()


def make_layout():
    generator = torch.Generator().manual_seed(0)
    return Layout(torch.randint(0, 4, (2, 24, 32), generator=generator), 3, with_unknown=True)


def make_pairs(*names, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.rand(2, 3, 24, 32, generator=generator) * 2 - 1 for name in names}


def is_of_edges(name, parameter):
    """Which part of a parameter serves edges alone, as a mask."""
    whole = name.startswith('edge_scales') or '.to_edge_prediction.' in name
    mask = torch.full_like(parameter, whole, dtype=torch.bool)
    if '.norms.' in name:
        mask[1] = True
    return mask


def is_of_images(name, parameter):
    """Which part of a parameter serves images alone, as a mask."""
    mask = torch.zeros_like(parameter, dtype=torch.bool)
    if '.norms.' in name:
        mask[0] = True
    return mask


def judge_slowly(discriminator, layout, picture, is_edge):
    """One group of pictures of one kind, step by step; the kind decides on the weights."""
    kind = discriminator.edge_weights
    scales = discriminator.edge_scales if is_edge and kind == 'own' else discriminator.scales
    pairs = torch.cat([layout.one_hot(), picture], 1)
    result = []
    for index, scale in enumerate(scales):
        if index:
            pairs = F.avg_pool2d(pairs, 3, 2, 1, count_include_pad=False)
        x = F.leaky_relu(F.conv2d(pairs, scale.first.weight, scale.first.bias, 2, 2), 0.2)
        outputs = [x]
        for number, conv in enumerate(scale.stages):
            x = F.conv2d(x, conv.weight, None, conv.stride, 2)
            mean = x.mean((2, 3), keepdim=True)
            var = x.var((2, 3), keepdim=True, unbiased=False)
            x = (x - mean) / (var + 1e-5).sqrt()
            if kind == 'norm':
                norm = scale.norms[number]
                for channel in range(x.shape[1]):
                    row = 1 if is_edge else 0
                    x[:, channel] = x[:, channel] * norm.scale[row, channel]
                    x[:, channel] += norm.shift[row, channel]
            x = F.leaky_relu(x, 0.2)
            outputs.append(x)
        last = scale.to_edge_prediction if is_edge and kind == 'head' else scale.to_prediction
        result.append([*outputs, F.conv2d(x, last.weight, last.bias, 1, 2)])
    return result


def assert_same(found, expected, exactly=False):
    for ours, theirs in zip(found, expected, strict=True):
        for a, b in zip(ours, theirs, strict=True):
            tolerance = dict(rtol=0, atol=0) if exactly else dict(rtol=1e-4, atol=1e-5)
            torch.testing.assert_close(a, b, **tolerance)


def test_the_papers_network_has_the_weights_that_checkpoints_know():
    shared = build()
    assert set(shared.state_dict()) == {f'scales.{i}.{key}' for i in range(2) for key in KEYS}
    assert not shared.judges_named_pairs
    expected = dict(
        head={f'scales.{i}.to_edge_prediction.{t}' for i in range(2) for t in ('weight', 'bias')},
        norm={f'scales.{i}.norms.{j}.{t}' for i in range(2) for j in range(3)
              for t in ('scale', 'shift')},
        own={f'edge_scales.{i}.{key}' for i in range(2) for key in KEYS},
    )  # fmt: skip
    for kind, added in expected.items():
        assert set(build(kind).state_dict()) == set(shared.state_dict()) | added


def test_the_papers_network_gives_the_numbers_of_its_formula_to_the_bit():
    discriminator, layout = build(layout_mode='plain'), make_layout()
    pairs = make_pairs('coarse', 'image', 'edge')
    rows = torch.cat(list(pairs.values()))
    channels, images, expected = layout.one_hot(), rows, []
    for index, scale in enumerate(discriminator.scales):
        if index:
            channels, images = (
                F.avg_pool2d(x, 3, 2, 1, count_include_pad=False) for x in (channels, images)
            )
        of_layout = F.conv2d(channels, scale.first.weight[:, :4], scale.first.bias, 2, 2)
        x = F.conv2d(images, scale.first.weight[:, 4:], None, 2, 2)
        x = F.leaky_relu((x.unflatten(0, (-1, 2)) + of_layout).flatten(0, 1), 0.2)
        outputs = [x]
        for conv in scale.stages:
            x = F.leaky_relu(F.instance_norm(conv(x), eps=1e-5), 0.2)
            outputs.append(x)
        expected.append([*outputs, scale.to_prediction(x)])
    assert_same(discriminator(layout, rows)[0], expected, exactly=True)
    # By name it is the same.
    (named,) = discriminator(layout, pairs)
    assert list(named) == ['coarse', 'image', 'edge']
    for index, name in enumerate(named):
        part = slice(2 * index, 2 * index + 2)
        chosen = [[stage[part] for stage in scale] for scale in expected]
        assert_same(named[name], chosen, exactly=True)


@pytest.mark.parametrize('num_scales', [1, 2, 3])
@pytest.mark.parametrize('layout_mode', ['plain', 'indexed'])
@pytest.mark.parametrize('kind', KINDS)
def test_pairs_are_judged_as_written_out(kind, layout_mode, num_scales):
    discriminator = build(kind, layout_mode=layout_mode, num_scales=num_scales)
    layout = make_layout()
    reals, fakes = make_pairs('image', 'edge'), make_pairs('coarse', 'edge', 'image', seed=2)
    found = judge_pairs(discriminator, layout, reals, fakes)
    for outputs, pairs in zip(found, (reals, fakes), strict=True):
        assert list(outputs) == list(pairs)
        for name, picture in pairs.items():
            expected = judge_slowly(discriminator, layout, picture, name == 'edge')
            assert_same(outputs[name], expected)
            # The other kind's weights would give something else.
            other = judge_slowly(discriminator, layout, picture, name != 'edge')
            assert (outputs[name][0][-1] - other[0][-1]).abs().max() > 0.1


@pytest.mark.parametrize('kind', KINDS)
def test_neither_depends_on_the_weights_of_the_other(kind):
    discriminator, layout = build(kind), make_layout()
    pairs = make_pairs('coarse', 'image', 'edge')
    (before,) = discriminator(layout, pairs)
    for mask_of, moved, unmoved in (
        (is_of_edges, ['edge'], ['coarse', 'image']),
        (is_of_images, ['coarse', 'image'], ['edge']),
    ):
        changed = copy.deepcopy(discriminator)
        masks = {n: mask_of(n, p) for n, p in changed.named_parameters()}
        if not any(mask.any() for mask in masks.values()):
            continue  # all that images use serves edges, too, or the reverse
        with torch.no_grad():
            for name, parameter in changed.named_parameters():
                parameter[masks[name]] += 0.3
        (after,) = changed(layout, pairs)
        for name in unmoved:
            assert_same(after[name], before[name], exactly=True)
        for name in moved:
            assert not torch.equal(after[name][0][-1], before[name][0][-1])


@pytest.mark.parametrize('kind', KINDS)
def test_gradients_stay_apart(kind):
    discriminator, layout = build(kind), make_layout()
    (found,) = discriminator(layout, make_pairs('image', 'edge'))
    named = dict(discriminator.named_parameters())
    for name, foreign in (('image', is_of_edges), ('edge', is_of_images)):
        loss = sum(scale[-1].square().sum() for scale in found[name])
        gradients = torch.autograd.grad(
            loss, list(named.values()), retain_graph=True, allow_unused=True
        )
        for (key, parameter), gradient in zip(named.items(), gradients):
            mask = foreign(key, parameter)
            if name == 'edge' and kind == 'own' and not key.startswith('edge_scales'):
                mask = torch.ones_like(mask)
            if mask.any() and gradient is not None:
                assert not gradient[mask].any(), key
            if not mask.any() and not (name == 'edge' and kind == 'head'):
                assert gradient.any(), key


@pytest.mark.parametrize('kind', KINDS)
def test_groups_of_images_or_of_edges_alone(kind):
    discriminator, layout = build(kind), make_layout()
    pairs = make_pairs('image', 'edge')
    together = discriminator(layout, pairs)[0]
    for name in pairs:
        alone = discriminator(layout, {name: pairs[name]})[0]
        assert list(alone) == [name]
        assert_same(alone[name], together[name])
    # Without a name they are images.
    assert_same(discriminator(layout, pairs['image'])[0], together['image'])
    # A group without edges beside one that has some.
    first, second = discriminator(layout, {'image': pairs['image']}, pairs)
    assert list(first) == ['image']
    assert_same(second['edge'], together['edge'])


def test_one_power_iteration_for_each_network():
    layout, pairs = make_layout(), make_pairs('image', 'edge')
    once, twice = build('own').train(), build('own').train()
    once(layout, pairs)
    twice(layout, pairs, make_pairs('coarse', 'image', 'edge'))
    for ours, theirs in zip(once.buffers(), twice.buffers(), strict=True):
        assert torch.equal(ours, theirs)


def test_scales_and_shifts_begin_as_none():
    norm = MODELS.build(
        dict(type='MultiModalityDiscriminator', layout_channels=4, base_channels=3, init_gain=1.0,
             edge_weights='norm')
    )  # fmt: skip
    norm.init_weights()
    shared = build()
    shared.load_state_dict({k: v for k, v in norm.state_dict().items() if '.norms.' not in k})
    layout, pairs = make_layout(), make_pairs('coarse', 'image', 'edge')
    (found,), (expected,) = norm.eval()(layout, pairs), shared(layout, pairs)
    for name in pairs:
        assert_same(found[name], expected[name])
    shapes = [tuple(each.scale.shape) for each in norm.scales[0].norms]
    assert shapes == [(2, width) for width in WIDTHS[1:]]


@pytest.mark.parametrize('kind', KINDS)
def test_penalties_score_edges_by_their_weights(kind):
    discriminator, layout = build(kind), make_layout()
    pairs = make_pairs('coarse', 'image', 'edge')
    judge = BoundDiscriminator(discriminator, layout, MODELS.build(HINGE), with_edges=True)
    expected = [
        torch.stack([s[-1].mean((1, 2, 3)) for s in judge_slowly(discriminator, layout, x, edge)])
        for x, edge in zip(pairs.values(), (False, False, True))
    ]
    scores = torch.cat([each.mean(0) for each in expected]).unsqueeze(1)
    torch.testing.assert_close(judge(torch.cat([*pairs.values()])), scores)
    torch.testing.assert_close(judge(pairs['image']), scores[2:4])
    without = BoundDiscriminator(discriminator, layout, MODELS.build(HINGE))
    torch.testing.assert_close(without(torch.cat([pairs['coarse'], pairs['image']])), scores[:4])


def test_a_penalty_spares_members_that_see_no_edges():
    members = [
        dict(type='MultiModalityDiscriminator', base_channels=3, edge_weights='own'),
        dict(type='UNetSegmentationDiscriminator', base_channels=4, num_blocks=2),
    ]
    joint = MODELS.build(
        dict(type='JointDiscriminator', members=members, num_classes=3, layout_channels=4)
    )
    joint.init_weights()
    seen = []
    joint.members[1].register_forward_pre_hook(lambda _, args: seen.append(len(args[1])))
    loss = MODELS.build(dict(type='JointGANLoss'))
    judge = BoundDiscriminator(joint.eval(), make_layout(), loss, with_edges=True)
    pairs = make_pairs('image', 'edge')
    assert judge(torch.cat([*pairs.values()])).shape == (4, 1)
    assert seen == [2]
    # LabelMix mixes images, and hands them over without names.
    assert [len(scale) for scale in judge.judge(pairs['image'])] == [5, 5, 1]


@pytest.mark.parametrize('kind', KINDS)
def test_one_iteration_trains_all_of_it(repo_root, kind):
    MessageHub.get_current_instance().update_info('iter', 0)
    model = build_model(
        repo_root,
        **{'discriminator.edge_weights': kind, 'discriminator.init_gain': 1.0},
        augmentation=dict(type='DiffAugment'),
        discriminator_regularizers=[
            dict(type='R1GradientPenaltyComps', loss_weight=1.0, norm_mode='HWC')
        ],
        **ecgan_toys.BARE,
    )
    before = {k: v.detach().clone() for k, v in model.discriminator.named_parameters()}
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert {'score_fake_edge', 'loss_gen_feature_matching', 'loss_disc_r1_gp'} <= set(logs)
    for name, parameter in model.discriminator.named_parameters():
        # The hinge's gradient of the last bias is 0 at first: photos and others weigh alike.
        assert 'prediction.bias' in name or not torch.equal(parameter, before[name]), name


def build_with_edges(repo_root, kind):
    changes = {'discriminator.edge_weights': kind, 'discriminator.init_gain': 1.0}
    return build_model(repo_root, **changes, **ecgan_toys.BARE)


def step_of_a_rank(repo_root, out) -> None:
    import torch.distributed as dist
    from mmengine.model import MMSeparateDistributedDataParallel

    dist.init_process_group('gloo')
    rank = dist.get_rank()
    half = {k: v[2 * rank : 2 * rank + 2] for k, v in make_batch(4)['inputs'].items()}
    found = []
    for kind in KINDS:
        model = build_with_edges(repo_root, kind)
        wrapped = MMSeparateDistributedDataParallel(model, broadcast_buffers=False)
        # A second one would fail if a parameter had been left without a gradient in the first.
        for _ in range(2):
            ecgan_toys.step_with_sgd(wrapped.module, dict(inputs=half))
        found += [p.detach() for p in wrapped.module.discriminator.parameters()]
    if rank == 0:
        torch.save(found, out)
    dist.destroy_process_group()


@pytest.mark.slow
def test_two_processes_equal_one_with_the_whole_batch(tmp_path, repo_root):
    found = ecgan_toys.saved_by_two_ranks(step_of_a_rank, repo_root, tmp_path)
    for kind in KINDS:
        model = build_with_edges(repo_root, kind)
        before = copy.deepcopy(model.discriminator)
        for _ in range(2):
            ecgan_toys.step_with_sgd(model, make_batch(4))
        count = len(list(before.parameters()))
        ecgan_toys.assert_same_steps(before, found[:count], model.discriminator)
        found = found[count:]
    assert not found


def test_weights_that_nothing_would_train_are_refused(repo_root):
    with pytest.raises(ConfigError, match=r"one of \('shared', .*'own'\), got 'theirs'"):
        build('theirs')
    sentence = r"edge_weights='own' is for edges, and only \['coarse', 'image'\] are judged"
    own = {'discriminator.edge_weights': 'own'}
    with pytest.raises(ConfigError, match=sentence):
        build_model(repo_root, judged=('coarse', 'image'), **own)
    members = [dict(type='MultiModalityDiscriminator', base_channels=4, edge_weights='own')]
    with pytest.raises(ConfigError, match=sentence):
        build_model(
            repo_root,
            judged=('image', 'coarse'),
            discriminator=dict(_delete_=True, type='JointDiscriminator', members=members),
        )
    # What the generator makes shows in the first iteration.
    bare = {'generator.edge_generator': None, 'generator.edge_transfer': None}
    model = build_model(repo_root, **own, **bare)
    with pytest.raises(ConfigError, match=f'{sentence}.*edge_generator'):
        model.train_step(make_batch(), build_optimizers(repo_root, model))


def test_pix2pix_judges_its_edges_by_their_own(repo_root):
    discriminator = dict(
        _delete_=True, type='MultiModalityDiscriminator', base_channels=4, edge_weights='own'
    )
    with pytest.raises(ConfigError, match=r"only \['image'\] are judged.*edge_generator"):
        build_pix2pix(repo_root, discriminator=discriminator)
    model = build_pix2pix(
        repo_root, discriminator=discriminator, edge_generator=dict(type='EdgeGenerator')
    )
    before = [p.clone() for p in model.discriminators.parameters()]
    model.train_step(make_batch(), pix2pix_toys.build_optimizers(repo_root, model))
    for old, new in zip(before, model.discriminators.parameters(), strict=True):
        assert old.numel() == 1 or not torch.equal(old, new)
