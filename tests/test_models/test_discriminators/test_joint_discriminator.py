"""Two discriminators as one: each sees what it judges, and gets the loss of its kind."""

import copy

import ecgan_toys
import pytest
import torch
from ecgan_toys import build_model, build_optimizers, make_batch
from mmagic.registry import MODELS
from mmengine.logging import MessageHub

from projects.ecgan.errors import ConfigError
from projects.ecgan.losses import segmentation_gan_loss
from projects.ecgan.models.discriminators import judge_pairs
from projects.ecgan.models.ecgan import objective
from projects.ecgan.structures import Layout

PATCHES = dict(type='MultiModalityDiscriminator', base_channels=4)
SEGMENTS = dict(type='UNetSegmentationDiscriminator', base_channels=4, num_blocks=2)
NAMES = ('coarse', 'image', 'edge')


@pytest.fixture
def joint():
    torch.manual_seed(0)
    config = dict(type='JointDiscriminator', members=[PATCHES, SEGMENTS], num_classes=3,
                  layout_channels=3)  # fmt: skip
    discriminator = MODELS.build(config)
    discriminator.init_weights()
    return discriminator.eval()


@pytest.fixture
def pairs():
    torch.manual_seed(1)
    layout = Layout(torch.randint(0, 3, (2, 16, 16)), 3)
    photo, edge, *made = torch.rand(5, 2, 3, 16, 16) * 2 - 1
    return layout, dict(image=photo, edge=edge), dict(zip(NAMES, made))


def test_members_judge_as_alone_and_edges_stay_with_the_patches(joint, pairs):
    layout, reals, fakes = pairs
    seen = []
    joint.members[1].register_forward_pre_hook(lambda _, args: seen.append(args[1:]))
    real, fake = judge_pairs(joint, *pairs)
    assert [len(group) for group in seen[0]] == [2, 4]
    patches = judge_pairs(joint.members[0], *pairs)
    without = [{n: x for n, x in group.items() if n != 'edge'} for group in (reals, fakes)]
    segments = judge_pairs(joint.members[1], layout, *without)
    for found, first, second in zip((real, fake), patches, segments):
        for name, scales in found.items():
            expected = [*first[name], *second.get(name, [])]
            assert len(scales) == len(expected) == (2 if name == 'edge' else 3)
            for ours, theirs in zip(scales, expected):
                for a, b in zip(ours, theirs, strict=True):
                    torch.testing.assert_close(a, b)
    # Penalties hand over images without names.
    (scales,) = joint(layout, reals['image'])
    assert [len(scale) for scale in scales] == [5, 5, 1]


def test_each_prediction_gets_the_loss_of_its_kind(joint, pairs):
    layout = pairs[0]
    loss = MODELS.build(
        dict(
            type='JointGANLoss',
            segmentation_loss=dict(type='SegmentationGANLoss', loss_weight=5.0),
            patch_weight=0.5,
            segmentation_weight=0.25,
        )
    )
    real, fake = judge_pairs(joint, *pairs)
    weights = dict(coarse=1.0, image=2.0, edge=1.0)
    found = objective.discriminator_losses(real, fake, weights, loss, layout)

    def hinge(scales, sign):
        return sum((1 - sign * s[-1]).clamp(min=0).mean() for s in scales[:2]) / 2

    def segmented(scales, generated):
        return segmentation_gan_loss(scales[2][0], layout.labels, generated)

    expected = sum(
        weight
        * (0.5 * hinge(real[objective.modality(n)], 1)
           + (0 if n == 'edge' else 0.25 * segmented(real['image'], False)))
        for n, weight in weights.items()
    )  # fmt: skip
    torch.testing.assert_close(found['loss_disc_real'], expected)
    expected = sum(
        weight
        * (0.5 * hinge(fake[n], -1) + (0 if n == 'edge' else 0.25 * segmented(fake[n], True)))
        for n, weight in weights.items()
    )
    torch.testing.assert_close(found['loss_disc_fake'], expected)
    gen = objective.generator_adversarial_losses(real, fake, weights, loss, None, layout)
    expected = sum(
        weight
        * (-0.5 * sum(s[-1].mean() for s in fake[n][:2]) / 2
           + (0 if n == 'edge' else 0.25 * 5 * segmented(fake[n], False)))
        for n, weight in weights.items()
    )  # fmt: skip
    torch.testing.assert_close(gen['loss_gen_adversarial'], expected)
    with pytest.raises(ValueError, match=r'predictions of 1 or 4 .* gave 3'):
        loss(torch.zeros(2, 3, 4, 4), True, True, layout)


def test_one_iteration_trains_both(repo_root):
    MessageHub.get_current_instance().update_info('iter', 0)
    model = build_model(
        repo_root,
        discriminator=dict(_delete_=True, type='JointDiscriminator', members=[PATCHES, SEGMENTS]),
        gan_loss=dict(_delete_=True, type='JointGANLoss'),
        discriminator_regularizers=[
            dict(type='LabelMixConsistency', loss_weight=5.0),
            dict(type='R1GradientPenaltyComps', loss_weight=1.0, norm_mode='HWC'),
        ],
        contrast_loss=None,
    )
    before = [p.detach().clone() for p in model.discriminator.parameters()]
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert {'score_fake_edge', 'loss_disc_label_mix', 'loss_disc_r1_gp'} <= set(logs)
    for old, new in zip(before, model.discriminator.parameters()):
        # The hinge's gradient of the last bias is 0 at first: photos and others weigh alike.
        assert old.dim() == 1 or not torch.equal(old, new)


def build_patches(repo_root):
    """Two discriminators whose losses are means over images, so that halves of a batch add up."""
    members = [PATCHES | dict(init_gain=1.0), PATCHES | dict(init_gain=1.0, num_scales=1)]
    return build_model(
        repo_root,
        discriminator=dict(_delete_=True, type='JointDiscriminator', members=members),
        gan_loss=dict(_delete_=True, type='JointGANLoss'),
        discriminator_regularizers=[dict(type='LeCamRegularization', loss_weight=1.0)],
        **ecgan_toys.BARE,
    )


def step_of_a_rank(repo_root, out) -> None:
    module, rank = ecgan_toys.step_as_one_of_two(build_patches(repo_root))
    if rank == 0:
        found = [p.detach() for p in module.discriminator.parameters()]
        torch.save([*found, module.discriminator_regularizers[0].anchors], out)


@pytest.mark.slow
def test_two_processes_equal_one_with_the_whole_batch(tmp_path, repo_root):
    *found, anchors = ecgan_toys.saved_by_two_ranks(step_of_a_rank, repo_root, tmp_path)
    model = build_patches(repo_root)
    before = copy.deepcopy(model.discriminator)
    ecgan_toys.step_with_sgd(model, make_batch(4))
    torch.testing.assert_close(
        anchors, model.discriminator_regularizers[0].anchors, rtol=1e-3, atol=1e-5
    )
    ecgan_toys.assert_same_steps(before, found, model.discriminator)


def test_members_judge_the_modality_that_is_theirs(pairs):
    layout, reals, fakes = pairs
    sizes = dict(num_classes=3, layout_channels=3)
    members = [PATCHES, PATCHES | dict(num_scales=1)]
    config = dict(type='JointDiscriminator', members=members, **sizes)
    joint = MODELS.build(config | dict(modalities=('image', 'edge'))).eval()
    real, fake = judge_pairs(joint, *pairs)
    of_images, of_edges = joint.members
    without = [{n: x for n, x in group.items() if n != 'edge'} for group in (reals, fakes)]
    images = judge_pairs(of_images, layout, *without)
    edges = judge_pairs(of_edges, layout, dict(edge=reals['edge']), dict(edge=fakes['edge']))
    for found, *parts in zip((real, fake), images, edges):
        expected = parts[0] | parts[1]
        assert found.keys() == expected.keys()
        for name, scales in found.items():
            assert len(scales) == (1 if name == 'edge' else 2)
            torch.testing.assert_close(scales, expected[name])
    # Without edges, and without names, only the member for images is asked.
    torch.testing.assert_close(judge_pairs(joint, layout, *without), images)
    torch.testing.assert_close(joint(layout, reals['image']), of_images(layout, reals['image']))


@pytest.mark.parametrize(('iteration', 'due'), [(0, True), (1, False), (2, True)])
def test_a_member_for_edges_learns_where_edges_are_due(repo_root, iteration, due):
    members = [PATCHES | dict(init_gain=1.0), PATCHES | dict(init_gain=1.0, num_scales=1)]
    joint = dict(type='JointDiscriminator', members=members, modalities=('image', 'edge'))
    model = build_model(
        repo_root,
        discriminator=dict(_delete_=True, **joint),
        judged_every=dict(edge=2),
        **ecgan_toys.BARE,
    )
    before = copy.deepcopy(model.discriminator.members)
    ecgan_toys.step_with_sgd(model, make_batch(), iteration)
    learned = [
        not all(map(torch.equal, member.parameters(), old.parameters()))
        for member, old in zip(model.discriminator.members, before)
    ]
    assert learned == [True, due]


@pytest.mark.parametrize(
    ('modalities', 'message'),
    [
        (('image',), r"one of .* for each of its 2 members, got \('image',\)"),
        (('image', 'photo'), r"got \('image', 'photo'\)"),
        (('edge', 'edge'), 'leaves images without a judge'),
        (('image', 'edge'), 'gives edges to UNetSegmentationDiscriminator, which never judges'),
    ],
)
def test_modalities_that_do_not_fit_are_refused(modalities, message):
    sizes = dict(num_classes=3, layout_channels=3)
    members = [PATCHES, SEGMENTS]
    with pytest.raises(ConfigError, match=message):
        MODELS.build(
            dict(type='JointDiscriminator', members=members, modalities=modalities, **sizes)
        )


def test_a_member_for_edges_is_refused_where_none_are_judged(repo_root):
    members = dict(members=[PATCHES, PATCHES], modalities=('image', 'edge'))
    joint = dict(_delete_=True, type='JointDiscriminator', **members)
    with pytest.raises(ConfigError, match=r"modalities=\('image', 'edge'\) is for edges, and only"):
        build_model(repo_root, discriminator=joint, judged=('coarse', 'image'))


@pytest.mark.parametrize('options', [dict(members=[SEGMENTS, SEGMENTS]), dict(
    members=[PATCHES, SEGMENTS], modalities=('image', 'both'))])  # fmt: skip
def test_edges_that_no_member_judges_are_left_out(repo_root, options):
    model = build_model(
        repo_root,
        discriminator=dict(_delete_=True, type='JointDiscriminator', **options),
        gan_loss=dict(_delete_=True, type='JointGANLoss'),
        feature_matching_loss=None,
        **ecgan_toys.BARE,
    )
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert {'score_fake_coarse', 'score_fake_image'} <= set(logs)
    assert 'score_fake_edge' not in logs


def test_nothing_joint_is_refused():
    with pytest.raises(ValueError, match='members of JointDiscriminator is empty'):
        MODELS.build(dict(type='JointDiscriminator', members=[], num_classes=3, layout_channels=3))
