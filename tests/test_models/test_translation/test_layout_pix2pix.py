"""Pix2Pix with ECGAN's parts: untouched where all are off, and each adds exactly what it says."""

import pytest
import torch
from ecgan_toys import NUM_CLASSES, make_batch
from pix2pix_toys import CHANNELS, build_in_scope, build_optimizers, build_pix2pix
from torch.nn import functional as F

from projects.ecgan.errors import ConfigError

EDGES = dict(
    edge_generator=dict(type='EdgeGenerator'), edge_transfer=dict(type='AttentionEdgeTransfer')
)
LABELS = dict(
    label_generator=dict(type='LabelGenerator', base_channels=8),
    similarity_loss=dict(type='SimilarityLoss'),
)
PIXEL = dict(contrast_loss=dict(type='PixelContrastLoss', embedding_channels=8))
SCALES = dict(contrast_loss=dict(type='MultiScaleContrastLoss', embedding_channels=8))
JUDGE = dict(
    discriminator=dict(_delete_=True, type='MultiModalityDiscriminator', base_channels=4),
    feature_matching_loss=dict(type='FeatureMatchingLoss'),
)
PLAIN_TERMS = {'loss', 'loss_gan_d_fake', 'loss_gan_d_real', 'loss_gan_g', 'loss_pixel'}


def steps(repo_root, model, count=1):
    optimizers = build_optimizers(repo_root, model)
    return [
        {name: float(v.detach()) for name, v in model.train_step(batch, optimizers).items()}
        for batch in (make_batch(seed=seed) for seed in range(count))
    ]


def test_all_off_is_mmagics_pix2pix_bit_for_bit(repo_root):
    found = {}
    for kind in ('Pix2Pix', 'LayoutPix2Pix'):
        model = build_pix2pix(repo_root, kind, **{'generator.use_dropout': True})
        logs = steps(repo_root, model, 3)
        pictures = [model.val_step(make_batch()), model.test_step(make_batch())]
        pictures = [torch.stack([sample.fake_img for sample in each]) for each in pictures]
        found[kind] = logs, model.state_dict(), pictures
    (logs, state, pictures), (own_logs, own_state, own_pictures) = found.values()
    assert set(logs[0]) == PLAIN_TERMS and own_logs == logs and logs[0] != logs[2]
    assert list(own_state) == list(state)
    assert all(torch.equal(own_state[key], state[key]) for key in state)
    assert all(torch.equal(a, b) for a, b in zip(own_pictures, pictures))


@pytest.mark.parametrize(
    ('parts', 'terms'),
    [
        (PIXEL, {'loss_contrast'}),
        (SCALES, {'loss_contrast'}),
        (LABELS, {'loss_similarity', 'loss_label'}),
        (dict(LABELS, label_loss_weight=0), {'loss_similarity'}),
        (dict(label_generator=LABELS['label_generator']), {'loss_label'}),
        (dict(edge_generator=EDGES['edge_generator']), {'loss_edge_pixel'}),
    ],
    ids=lambda value: '-'.join(sorted(value)) if isinstance(value, set) else None,
)
def test_a_part_adds_its_terms_and_changes_no_other(repo_root, parts, terms):
    plain = build_pix2pix(repo_root)
    (expected,) = steps(repo_root, plain)
    plain = build_pix2pix(repo_root)
    model = build_pix2pix(repo_root, **parts)
    # Another part draws its own first weights, so take those of the plain model.
    network = model.generators['img']
    inner = network if hasattr(network, 'model') else network.generator
    inner.load_state_dict(plain.generators['img'].state_dict())
    model.discriminators.load_state_dict(plain.discriminators.state_dict())
    before = {name: p.clone() for name, p in model.named_parameters()}
    (found,) = steps(repo_root, model)
    assert set(found) == PLAIN_TERMS | terms and all(found[term] > 0 for term in terms)
    for name in PLAIN_TERMS - {'loss'}:
        assert found[name] == expected[name], name
    added = sum(found[term] for term in terms)
    assert found['loss'] == pytest.approx(expected['loss'] + added, rel=1e-6)
    # Whatever the part brings along is trained.
    for part in ('contrast_loss.heads', 'label_generator.classifier', 'edge_generator.ladder'):
        own = [name for name, _ in model.named_parameters() if part in name]
        moved = [n for n, p in model.named_parameters() if n in own and not p.equal(before[n])]
        if 'label_loss_weight' not in parts:
            assert len(moved) >= len(own) / 2


@pytest.mark.parametrize(
    ('parts', 'term', 'reached'),
    [
        (PIXEL, 'loss_contrast', {'encoder'}),
        (SCALES, 'loss_contrast', {'encoder'}),
        (EDGES, 'loss_edge_pixel', {'encoder'}),
        (LABELS, 'loss_similarity', {'encoder', 'to_image'}),
        # The label generator alone learns from photos.
        (LABELS, 'loss_label', set()),
    ],
)
def test_gradients_reach_the_features(repo_root, monkeypatch, parts, term, reached):
    model = build_pix2pix(repo_root, **parts)
    layers = dict(encoder='model.model.0.conv.weight', to_image='model.model.2.conv.weight')
    found, original = set(), model.added_losses

    def look(outputs):
        losses = original(outputs)
        for layer, name in layers.items():
            parameters = model.generators['img'].named_parameters()
            (weight,) = (p for n, p in parameters if n.removeprefix('generator.') == name)
            (gradient,) = torch.autograd.grad(
                losses[term], [weight], allow_unused=True, retain_graph=True
            )
            if gradient is not None and gradient.abs().max() > 0:
                found.add(layer)
        return losses

    monkeypatch.setattr(model, 'added_losses', look)
    steps(repo_root, model)
    assert found == reached


def test_features_are_named_as_submodules(repo_root):
    names = ('model.model.1.model.1', 'model.model.1.model.1.model.1')
    loss = dict(
        type='MultiScaleContrastLoss',
        feature_names=names,
        scale_weights=(1.0, 0.5),
        cross_scale_weights=((0, 1, 1.0),),
        embedding_channels=8,
    )
    model = build_pix2pix(repo_root, contrast_loss=loss)
    assert [head[0].in_features for head in model.contrast_loss.heads.values()] == [16, 32]
    assert steps(repo_root, model)[0]['loss_contrast'] > 0
    assert model._inputs == {} and model._features == {}
    with pytest.raises(ConfigError, match=r"UnetGenerator has no submodule \['up_1'\]"):
        build_pix2pix(
            repo_root, contrast_loss=dict(type='PixelContrastLoss', feature_names=['up_1'])
        )


def test_a_discriminator_of_layouts_has_this_projects_objective(repo_root, monkeypatch):
    """Hinge losses and feature matching, written out, of images and edges."""
    model = build_pix2pix(repo_root, **JUDGE, **EDGES)
    seen = []
    discriminator = model.discriminators['img']
    discriminator.register_forward_hook(lambda _, inputs, outputs: seen.append((inputs, outputs)))
    (logs,) = steps(repo_root, model)
    assert set(logs) == {
        'loss', 'loss_disc_real', 'loss_disc_fake', 'loss_gen_adversarial',
        'loss_gen_feature_matching', 'loss_pixel', 'loss_edge_pixel',
    }  # fmt: skip
    (first, judged), (second, updated) = seen
    batch = model.data_preprocessor(make_batch(), True)['inputs']
    for _, real, fake in (first, second):
        assert torch.equal(real, torch.cat([batch['image'], batch['edge']]))
        assert fake.shape == real.shape
    assert not first[2].requires_grad and second[2].requires_grad

    def mean(outputs, function):
        # Of two names in one group, the sum over names of the mean is twice the mean over all.
        return sum(2 * function(scale[-1]).mean() for scale in outputs) / len(outputs)

    real, fake = judged
    assert logs['loss_disc_real'] == pytest.approx(mean(real, lambda p: F.relu(1 - p)).item())
    assert logs['loss_disc_fake'] == pytest.approx(mean(fake, lambda p: F.relu(1 + p)).item())
    real, fake = updated
    assert logs['loss_gen_adversarial'] == pytest.approx(mean(fake, lambda p: -p).item(), abs=1e-6)
    matching = sum(
        2 * (a - b).abs().mean() for f, r in zip(fake, real) for a, b in zip(f[:-1], r[:-1])
    )
    assert logs['loss_gen_feature_matching'] == pytest.approx(10 * matching.item() / 2, rel=1e-5)
    image, edge = second[2].chunk(2)
    assert logs['loss_pixel'] == pytest.approx(100 * F.l1_loss(image, batch['image']).item())
    assert logs['loss_edge_pixel'] == pytest.approx(10 * F.l1_loss(edge, batch['edge']).item())
    terms = {name: value for name, value in logs.items() if 'disc' not in name and name != 'loss'}
    assert logs['loss'] == pytest.approx(sum(terms.values()), rel=1e-6)


@pytest.mark.parametrize('wrapper', ['OptimWrapper', 'Bfloat16OptimWrapper'])
def test_every_part_is_trained(repo_root, wrapper):
    model = build_pix2pix(repo_root, **JUDGE, **EDGES, **LABELS, **SCALES)
    before = {name: p.clone() for name, p in model.named_parameters()}
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model, wrapper))
    assert all(torch.isfinite(value) for value in logs.values())
    moved = {n.split('.')[0] for n, p in model.named_parameters() if not p.equal(before[n])}
    assert moved == {'generators', 'discriminators', 'label_generator', 'contrast_loss'}
    inner = {n.split('.')[2] for n, p in model.named_parameters() if 'generators.' in n}
    assert inner == {'generator', 'edge_generator'}


@pytest.mark.parametrize('step', ['val_step', 'test_step'])
def test_samples_hold_what_metrics_and_hooks_read(repo_root, step):
    batch = make_batch()
    del batch['inputs']['edge']
    samples = getattr(build_pix2pix(repo_root, **EDGES), step)(batch)
    for name in ('fake_img', 'fake_edge'):
        assert all(s.get(name).dtype == torch.uint8 for s in samples)
        assert all(s.get(name).shape == (3, 32, 32) for s in samples)


@pytest.mark.parametrize(
    ('changes', 'sentence'),
    [
        (dict(similarity_loss=LABELS['similarity_loss']), 'similarity_loss needs a label_generato'),
        (dict(edge_transfer=EDGES['edge_transfer']), 'needs an edge_generator, got None'),
        (dict(gan_loss=dict(type='GANLoss', gan_type='hinge')), 'got PatchDiscriminator'),
        (dict(feature_matching_loss=JUDGE['feature_matching_loss']), 'got PatchDiscriminator'),
        ({'data_preprocessor.type': 'LayoutDataPreprocessor'}, 'got LayoutDataPreprocessor'),
        ({'data_preprocessor.coloured': True}, 'leave out coloured'),
    ],
)
def test_parts_that_contradict_each_other_are_refused(repo_root, changes, sentence):
    with pytest.raises(ConfigError, match=sentence):
        build_pix2pix(repo_root, **changes)


def test_edges_are_asked_for_by_name(repo_root):
    model = build_pix2pix(repo_root, **EDGES)
    batch = make_batch()
    del batch['inputs']['edge']
    with pytest.raises(ConfigError, match=r"needs \['edge'\] in the samples, .*CannyEdges"):
        model.train_step(batch, build_optimizers(repo_root, model))


def test_channels_follow_from_the_layouts():
    network = dict(type='UnetGenerator', out_channels=3, num_down=5, base_channels=4)
    model = build_in_scope(
        dict(
            type='LayoutPix2Pix',
            data_preprocessor=dict(
                type='TranslationDataPreprocessor', num_classes=NUM_CLASSES, with_boundary=True
            ),
            generator=network,
            discriminator=dict(type='PatchDiscriminator', base_channels=4),
        )
    )
    assert model.generators['img'].model.model[0].conv.in_channels == CHANNELS
    assert model.discriminators['img'].model[0].conv.in_channels == CHANNELS + 3
