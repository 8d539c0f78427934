"""DiffAugment: each change against loops, and what belongs together stays together."""

import pytest
import torch
from ecgan_toys import build_model, build_optimizers, make_batch
from mmagic.registry import MODELS
from mmengine.logging import MessageHub

from projects.ecgan.models.discriminators.diff_augment import colored, cut_out, translated
from projects.ecgan.structures import Layout


def build(*policy, **options):
    return MODELS.build(dict(type='DiffAugment', policy=policy, **options))


def make(count=6, height=16, width=24, with_unknown=False):
    """Layouts and pictures that show their labels: each picture is a function of its label."""
    torch.manual_seed(0)
    labels = torch.randint(0, 3, (count, height, width))
    boundary = torch.rand(count, height, width) < 0.3
    layout = Layout(labels, 3, with_unknown, boundary)
    photo = (labels + 1.0).unsqueeze(1).repeat(1, 3, 1, 1)
    reals = dict(image=photo, edge=10 * photo)
    return layout, reals, dict(coarse=-photo, image=2 * photo, edge=20 * photo)


def test_colours_pixel_by_pixel():
    images = torch.rand(2, 3, 3, 4, dtype=torch.float64) * 2 - 1
    b, c, s = torch.tensor([[0.3, -0.5], [0.5, 1.5], [2.0, 0.0]])
    expected = images.clone()
    for n in range(2):
        # One after another: brightness, saturation, contrast.
        picture = images[n] + b[n].item()
        for y in range(3):
            for x in range(4):
                grey = picture[:, y, x].sum() / 3
                picture[:, y, x] = (picture[:, y, x] - grey) * s[n].item() + grey
        mean = picture.sum() / picture.numel()
        expected[n] = (picture - mean) * c[n].item() + mean
    torch.testing.assert_close(colored(images, b, c, s), expected)


def test_shifts_and_cuts_pixel_by_pixel():
    x = torch.rand(2, 3, 6, 8)
    shifts, corners = [(2, -3), (-1, 0)], [(-1, 5), (2, 2)]
    moved, cut = torch.full_like(x, 7), x.clone()
    for n, (down, right) in enumerate(shifts):
        for y in range(6):
            for i in range(8):
                if 0 <= y - down < 6 and 0 <= i - right < 8:
                    moved[n, :, y, i] = x[n, :, y - down, i - right]
    for n, (top, left) in enumerate(corners):
        for y in range(max(top, 0), min(top + 3, 6)):
            for i in range(max(left, 0), min(left + 4, 8)):
                cut[n, :, y, i] = 7
    assert torch.equal(translated(x, shifts, 7), moved)
    assert torch.equal(cut_out(x, corners, 7), cut)


@pytest.mark.parametrize('policy', [['translation'], ['cutout'], ['translation', 'cutout']])
def test_layout_photo_and_generated_images_move_alike(policy):
    layout, reals, fakes = make()
    torch.manual_seed(2)
    seen, real, fake = build(*policy)(layout, reals, fakes)
    missing = seen.labels == 3
    # Where there is a label, every picture still shows it; elsewhere all are 0.
    shown = torch.where(missing, 0, seen.labels + 1.0).unsqueeze(1)
    for found, factor in (
        (real['image'], 1), (real['edge'], 10), (fake['coarse'], -1), (fake['image'], 2),
        (fake['edge'], 20),
    ):  # fmt: skip
        torch.testing.assert_close(found, (factor * shown).expand(-1, 3, -1, -1))
    assert not seen.boundary[missing].any() and seen.boundary.any()
    assert not seen.one_hot()[:, :, :][missing.unsqueeze(1).expand(-1, 4, -1, -1)].any()
    assert not torch.equal(seen.labels, layout.labels) and missing.any()
    # Layouts are changed one by one.
    assert len({tuple(each.flatten().tolist()) for each in missing}) > 1


def test_draws_keep_to_the_papers_ranges():
    layout, reals, fakes = make(count=400, height=16, width=24)
    torch.manual_seed(3)
    seen, *_ = build('translation')(layout, reals, fakes)
    rows = (seen.labels == 3).all(2).sum(1)
    columns = (seen.labels == 3).all(1).sum(1)
    assert rows.max() == 2 and rows.min() == 0 and columns.max() == 3
    seen, *_ = build('cutout')(layout, reals, fakes)
    area = (seen.labels == 3).flatten(1).sum(1)
    assert area.max() == 8 * 12 and area.min() >= 4 * 6 - 12
    plain = dict(image=torch.tensor([0.2, 0.4, 0.9]).view(1, 3, 1, 1).repeat(400, 1, 16, 24))
    _, real, _ = build('color')(layout, plain, fakes)
    shift = real['image'].mean((1, 2, 3)) - 0.5
    assert -0.5 <= shift.min() < -0.45 and 0.45 < shift.max() <= 0.5
    spread = (real['image'][:, 2] - real['image'][:, 0]).mean((1, 2)) / 0.7
    assert spread.min() >= 0 and 2.2 < spread.max() <= 3


def test_edges_keep_their_colour_and_gradients_pass():
    layout, reals, fakes = make(with_unknown=True)
    fakes = {name: fake.requires_grad_() for name, fake in fakes.items()}
    seen, real, fake = build('color', 'translation', 'cutout')(layout, reals, fakes)
    kept = real['edge'] != 0
    assert kept.any() and (real['edge'][kept] / 10).frac().eq(0).all()
    assert seen.one_hot()[:, 3].eq(seen.labels == 3).all()
    gradients = torch.autograd.grad(sum(f.sum() for f in fake.values()), list(fakes.values()))
    assert all(g.isfinite().all() and g.any() for g in gradients)
    # What is moved only has gradient 1 where it is still seen.
    assert set(gradients[2].unique().tolist()) == {0.0, 1.0}


def test_wrong_policies_are_refused():
    for policy in (['colour'], []):
        with pytest.raises(ValueError, match='policy is to hold some of'):
            build(*policy)
    with pytest.raises(ValueError, match=r'must be in \[0, 1\), got 1.5'):
        build('translation', translation=1.5)


@pytest.mark.parametrize('policy', [None, ['color', 'translation', 'cutout']])
def test_an_iteration_trains_through_it(repo_root, policy):
    MessageHub.get_current_instance().update_info('iter', 0)
    changes = {} if policy is None else dict(augmentation=dict(type='DiffAugment', policy=policy))
    model = build_model(repo_root, **changes)
    shown = []
    model.discriminator.register_forward_pre_hook(lambda _, args: shown.append(args))
    torch.manual_seed(0)
    batch = make_batch()
    logs = model.train_step(batch, build_optimizers(repo_root, model))
    layout, photos, _ = shown[0]
    plain = model.data_preprocessor(batch, True)['inputs']
    same = torch.equal(photos, torch.cat([plain['image'], plain['edge']]))
    assert same == torch.equal(layout.labels, plain['layout'].labels) == (policy is None)
    assert logs['loss_gen_adversarial'] != 0
