import copy

import pytest
import torch
from ecgan_toys import BARE, NUM_CLASSES, build_model, build_optimizers, make_batch
from mmengine.device import get_device
from mmengine.logging import MessageHub

PARTS = ('generator', 'discriminator', 'label_generator', 'contrast_loss')


@pytest.fixture(autouse=True)
def fresh_iteration_count():
    hub = MessageHub.get_current_instance()
    hub.update_info('iter', 0)
    yield hub
    hub.update_info('iter', 0)


def parameters(model, part):
    return [p.detach().clone() for p in getattr(model, part).parameters()]


def moved(before, model, part):
    return any(not torch.equal(a, b) for a, b in zip(before, getattr(model, part).parameters()))


def test_one_iteration_moves_every_part_and_logs_every_term(repo_root):
    model = build_model(repo_root)
    optimizers = build_optimizers(repo_root, model)
    before = {part: parameters(model, part) for part in PARTS}
    logs = model.train_step(make_batch(), optimizers)
    assert all(moved(before[part], model, part) for part in PARTS)
    assert {
        'loss_disc', 'loss_disc_real', 'loss_disc_fake', 'loss_gen', 'loss_gen_adversarial',
        'loss_gen_feature_matching', 'loss_similarity', 'loss_label', 'loss_contrast',
        'loss_class_pixel', 'score_real_image', 'score_real_edge', 'score_fake_coarse',
        'score_fake_image', 'score_fake_edge',
    } == set(logs)  # fmt: skip
    assert all(isinstance(value, float) for value in logs.values())
    assert logs['loss_disc'] == pytest.approx(logs['loss_disc_real'] + logs['loss_disc_fake'])


def test_generator_and_discriminator_run_once(repo_root):
    model = build_model(repo_root)
    calls = []
    model.generator.register_forward_hook(lambda *_: calls.append('generator'))
    model.discriminator.register_forward_hook(lambda *_: calls.append('discriminator'))
    model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert calls == ['generator', 'discriminator']


def test_gradients_are_those_of_the_two_objectives(repo_root, monkeypatch):
    """What the step hands to the optimisers equals plain differentiation of the logged losses."""
    model = build_model(repo_root)
    optimizers = build_optimizers(repo_root, model)
    twin = copy.deepcopy(model)
    found = {}
    for name in ('generator', 'discriminator'):
        part = getattr(model, name)

        def keep(*_, part=part, name=name, **__):
            found[name] = [p.grad.clone() for p in part.parameters()]

        monkeypatch.setattr(optimizers[name].optimizer, 'step', keep)
    batch = make_batch()
    model.train_step(batch, optimizers)

    losses = twin(**twin.data_preprocessor(batch, True), mode='loss')
    disc = sum(value for name, value in losses.items() if name.startswith('loss_disc'))
    gen = sum(value for name, value in losses.items() if not name.startswith('loss_disc'))
    expected = dict(
        generator=torch.autograd.grad(gen, list(twin.generator.parameters()), retain_graph=True),
        discriminator=torch.autograd.grad(disc, list(twin.discriminator.parameters())),
    )
    for name, gradients in expected.items():
        largest = max(each.norm() for each in gradients)
        for a, b in zip(found[name], gradients, strict=True):
            # Biases before a batch norm have no gradient but rounding of what goes through them.
            assert (a - b).norm() <= 1e-4 * b.norm() + 1e-6 * largest


@pytest.mark.parametrize(
    'changes, gone',
    [
        (dict(contrast_loss=None), 'loss_contrast'),
        (dict(class_pixel_loss=None), 'loss_class_pixel'),
        (dict(similarity_loss=None), 'loss_similarity'),
        (dict(feature_matching_loss=None), 'loss_gen_feature_matching'),
        (dict(label_loss_weight=0), 'loss_label'),
    ],
)
def test_a_loss_is_off_with_one_line(repo_root, changes, gone):
    model = build_model(repo_root, **changes)
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert gone not in logs and 'loss_gen_adversarial' in logs


@pytest.mark.parametrize('opening', [0.0, 0.5])
def test_the_edges_gate_opens_as_it_is_trained(repo_root, opening):
    changes = {'generator.edge_transfer.opening': opening, 'generator.init_gain': 1.0}
    model = build_model(repo_root, **changes, **BARE)
    assert model.state_dict()['generator.edge_transfer.opening'].item() == opening
    before = parameters(model, 'generator')
    model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert model.generator.edge_transfer.opening.item() != opening
    assert moved(before, model, 'generator')
    assert 'generator_ema.module.edge_transfer.opening' in model.state_dict()


def test_final_weight_comes_from_the_config(repo_root):
    batch = make_batch()
    totals = []
    for final_weight in (0.0, 2.0):
        model = build_model(repo_root, final_weight=final_weight)
        losses = model(**model.data_preprocessor(batch, True), mode='loss')
        totals.append(losses['loss_disc_fake'].item())
    # An untrained D scores everything about 0, so that each pair costs its weight.
    assert totals[1] - totals[0] == pytest.approx(2.0, abs=0.1)


def test_generator_waits_for_the_discriminators_steps(repo_root, fresh_iteration_count):
    model = build_model(repo_root, discriminator_steps=2)
    optimizers = build_optimizers(repo_root, model)
    before = parameters(model, 'generator')
    logs = model.train_step(make_batch(), optimizers)
    assert not moved(before, model, 'generator') and 'loss_gen' not in logs
    fresh_iteration_count.update_info('iter', 1)
    assert 'loss_gen' in model.train_step(make_batch(seed=1), optimizers)
    assert moved(before, model, 'generator')


def test_accumulated_gradients_update_every_second_iteration(repo_root):
    model = build_model(repo_root)
    optimizers = build_optimizers(repo_root, model)
    for wrapper in optimizers.values():
        wrapper._accumulative_counts = 2
    before = {part: parameters(model, part) for part in PARTS}
    model.train_step(make_batch(), optimizers)
    assert not any(moved(before[part], model, part) for part in PARTS)
    assert model.generator_ema.steps == 0
    model.train_step(make_batch(seed=1), optimizers)
    assert all(moved(before[part], model, part) for part in PARTS)
    assert model.generator_ema.steps == 1


def test_bfloat16_step_is_close_to_float32(repo_root):
    logs = []
    for kind in ('OptimWrapper', 'Bfloat16OptimWrapper'):
        model = build_model(repo_root).to(get_device())  # which autocast is for
        optimizers = build_optimizers(repo_root, model, type=kind)
        before = {part: parameters(model, part) for part in PARTS}
        logs.append(model.train_step(make_batch(), optimizers))
        assert all(moved(before[part], model, part) for part in PARTS)
    assert logs[0] != logs[1]
    assert logs[1] == pytest.approx(logs[0], rel=0.02, abs=0.02)


def test_prediction_comes_from_the_moving_average(repo_root):
    model = build_model(repo_root).eval()
    batch = make_batch()
    (first, second) = model.val_step(batch)
    assert first.fake_img.shape == second.fake_coarse.shape == first.fake_edge.shape == (3, 32, 32)
    assert first.fake_img.dtype == torch.uint8
    for parameter in model.generator.parameters():
        parameter.data.zero_()
    assert torch.equal(model.test_step(batch)[0].fake_img, first.fake_img)
    for parameter in model.generator_ema.parameters():
        parameter.data.zero_()
    assert not torch.equal(model.test_step(batch)[0].fake_img, first.fake_img)


def test_moving_average_starts_from_the_initial_weights(repo_root):
    model = build_model(repo_root)
    for a, b in zip(model.generator.parameters(), model.generator_ema.module.parameters()):
        assert torch.equal(a, b)


def test_spade_generator_trains_in_the_same_model(repo_root):
    model = build_model(
        repo_root,
        generator=dict(_delete_=True, type='SPADEGenerator', base_channels=4),
        label_generator=None,
        similarity_loss=None,
    )
    batch = make_batch()
    del batch['inputs']['edge']
    logs = model.train_step(batch, build_optimizers(repo_root, model))
    assert {'score_real_image', 'score_fake_image'} <= set(logs)
    assert not any('edge' in name or 'coarse' in name for name in logs)


def test_missing_edges_say_what_to_do(repo_root):
    model = build_model(repo_root)
    batch = make_batch()
    del batch['inputs']['edge']
    with pytest.raises(ValueError, match='CannyEdges'):
        model.train_step(batch, build_optimizers(repo_root, model))


def test_similarity_without_label_generator_is_refused(repo_root):
    with pytest.raises(ValueError, match='label_generator'):
        build_model(repo_root, label_generator=None)


def test_unknown_mode_is_refused(repo_root):
    model = build_model(repo_root)
    with pytest.raises(ValueError, match="got 'train'"):
        model(model.data_preprocessor(make_batch())['inputs'], mode='train')


def test_class_counts_follow_from_the_data_preprocessor(repo_root):
    model = build_model(repo_root)
    assert model.num_classes == NUM_CLASSES
    assert model.generator.trunk.layout_channels == NUM_CLASSES + 1
    assert model.discriminator.layout_channels == NUM_CLASSES + 1


@pytest.mark.parametrize(
    'gan_loss',
    [
        *(dict(type='GANLoss', gan_type=kind) for kind in ('vanilla', 'lsgan', 'wgan')),
        dict(type='GANLossComps', gan_type='wgan-logistic-ns'),
    ],
    ids=lambda loss: loss['gan_type'],
)
def test_gan_losses_of_mmagic_take_the_hinges_place(repo_root, gan_loss):
    model = build_model(repo_root, gan_loss=dict(gan_loss, _delete_=True))
    losses = model(**model.data_preprocessor(make_batch(), True), mode='loss')
    # D scores about 0 at first; each of the pairs costs r(0) and f(0), four times.
    at_zero = dict(vanilla=0.6931, lsgan=0.0, wgan=0.0).get(gan_loss['gan_type'], 0.6931)
    real = 1.0 if gan_loss['gan_type'] == 'lsgan' else at_zero
    assert losses['loss_disc_fake'].item() == pytest.approx(4 * at_zero, abs=0.1)
    assert losses['loss_disc_real'].item() == pytest.approx(4 * real, abs=0.1)
    before = parameters(model, 'discriminator')
    model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert moved(before, model, 'discriminator')


def test_a_segmenting_discriminator_trains_in_the_same_model(repo_root):
    segmentor = str(repo_root / 'configs/_base_/models/unet-s3-c16.py')
    model = build_model(
        repo_root,
        discriminator=dict(_delete_=True, type='SegmentorDiscriminator', segmentor=segmentor),
        gan_loss=dict(_delete_=True, type='SegmentationGANLoss'),
        feature_matching_loss=None,
        judged=('coarse', 'image'),
        discriminator_regularizers=[dict(type='LabelMixConsistency', loss_weight=5.0)],
    )
    batch = make_batch()
    del batch['inputs']['edge']
    before = {part: parameters(model, part) for part in PARTS}
    logs = model.train_step(batch, build_optimizers(repo_root, model))
    assert all(moved(before[part], model, part) for part in PARTS)
    assert logs['loss_disc_label_mix'] > 0
    assert logs['loss_disc'] == pytest.approx(
        logs['loss_disc_real'] + logs['loss_disc_fake'] + logs['loss_disc_label_mix']
    )
    assert {'score_real_image', 'score_fake_coarse', 'score_fake_image'} == {
        name for name in logs if name.startswith('score')
    }


def test_augmentation_is_steered_and_logged_but_no_loss(repo_root):
    network = dict(
        type='SlimStyleGAN2Discriminator', in_size=32, base_channels=4, max_channels=8,
        data_aug=dict(type='ADAAug', aug_pipeline=dict(xflip=1), augment_initial_p=0.25),
    )  # fmt: skip
    model = build_model(
        repo_root,
        discriminator=dict(_delete_=True, type='PairDiscriminator', network=network),
        feature_matching_loss=None,
        discriminator_regularizers=[dict(type='AdaptiveAugmentation')],
    )
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert logs['augment_probability'] == 0.25
    assert logs['loss_disc'] == pytest.approx(logs['loss_disc_real'] + logs['loss_disc_fake'])


def test_what_cannot_be_judged_is_refused(repo_root):
    with pytest.raises(ValueError, match=r"others of \('coarse', 'image', 'edge'\), got \('fake',"):
        build_model(repo_root, judged=('fake', 'image'))
    network = dict(type='PatchDiscriminator', base_channels=4, num_conv=2)
    model = build_model(
        repo_root, discriminator=dict(_delete_=True, type='PairDiscriminator', network=network)
    )
    with pytest.raises(ValueError, match=r'nothing to match.*discriminator\.features'):
        model.train_step(make_batch(), build_optimizers(repo_root, model))


def test_the_generator_is_trained_on_a_layout_of_its_own(repo_root):
    model, batch = build_model(repo_root), make_batch()
    seen = {}
    for part in ('generator', 'discriminator'):
        getattr(model, part).register_forward_pre_hook(
            lambda module, inputs, part=part: seen.update({part: inputs[0]})
        )
    batch['inputs']['generator_label'] = [x.flip(0) for x in batch['inputs']['label']]
    batch['inputs']['generator_boundary'] = [x.flip(0) for x in batch['inputs']['boundary']]
    model.train_step(batch, build_optimizers(repo_root, model))
    labels = torch.stack(batch['inputs']['label'])
    assert torch.equal(seen['generator'].labels, labels.flip(1))
    assert torch.equal(seen['generator'].boundary, seen['discriminator'].boundary.flip(1))
    assert torch.equal(seen['discriminator'].labels, labels)
    assert not torch.equal(labels, labels.flip(1))


def test_a_generator_with_noise_trains_in_the_same_model(repo_root):
    noise = dict(type='LayoutNoise', channels=2, per='class')
    model = build_model(repo_root, **{'generator.noise': noise})
    before = parameters(model, 'generator')
    model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert moved(before, model, 'generator')
    layout = model.data_preprocessor(make_batch())['inputs']['layout']
    with torch.no_grad():
        pictures = [model.eval()(dict(layout=layout))['image'] for _ in range(2)]
    assert torch.equal(*pictures)
