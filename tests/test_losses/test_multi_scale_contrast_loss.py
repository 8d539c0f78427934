import copy

import fresh_process
import pytest
import torch
import torch.distributed as dist
from mmagic.registry import MODELS
from torch import nn
from torch.nn import functional as F

from projects.ecgan.analysis.trials import class_separation
from projects.ecgan.losses import (
    MultiScaleContrastLoss,
    PixelContrastLoss,
    contrastive_loss,
)

NAMES = ['up_3', 'up_2', 'up_1', 'up_0', 'head']
CHANNELS = {'up_3': 4, 'up_2': 6, 'up_1': 8, 'up_0': 10, 'head': 10}


def make_features(batch, size=32, dtype=torch.float32):
    generator = torch.Generator().manual_seed(0)
    return {
        name: torch.randn(
            batch, CHANNELS[name], size >> i, size >> i, dtype=dtype, generator=generator
        )
        for i, name in enumerate(NAMES)
    }


def make_labels(batch, size=32, classes=5):
    """Blocks of 8 pixels, so that coarse scales see all classes; the last class is unknown."""
    generator = torch.Generator().manual_seed(1)
    labels = torch.randint(0, classes, (batch, size // 8, size // 8), generator=generator)
    return labels.repeat_interleave(8, 1).repeat_interleave(8, 2)


def make_loss(kind=MultiScaleContrastLoss, **settings):
    torch.manual_seed(2)
    loss = kind(embedding_channels=16, **settings)
    loss.build_heads(CHANNELS, NAMES)
    return loss


def embed_all(loss, name, feature):
    """Head as two 1x1 convolutions of the whole map; (pixels, D)."""
    first, _, second = loss.heads[name]
    hidden = F.conv2d(feature, first.weight[:, :, None, None], first.bias).relu()
    z = F.conv2d(hidden, second.weight[:, :, None, None], second.bias)
    return F.normalize(z, dim=1).permute(0, 2, 3, 1).flatten(0, 2)


def known_pixels(loss, name, feature, labels, minimum):
    """Embeddings and classes of every pixel of the classes large enough."""
    z = embed_all(loss, name, feature)
    step = labels.shape[-1] // feature.shape[-1]
    flat = labels[:, ::step, ::step].flatten()
    keep = [c for c in range(4) if (flat == c).sum() >= minimum]
    chosen = torch.isin(flat, torch.tensor(keep))
    return z[chosen], flat[chosen]


def test_equals_the_formula_when_all_pixels_are_sampled():
    features, labels = make_features(2), make_labels(2)
    loss = make_loss(max_samples=10**6, max_samples_per_class=10**5, min_samples_per_class=5)
    z, c = zip(*(known_pixels(loss, n, features[n], labels, 5) for n in NAMES[:4]))
    expected = sum(w * contrastive_loss(*zc) for w, zc in zip((1, 0.7, 0.4, 0.1), zip(z, c)))
    expected += contrastive_loss(z[0], c[0], z[3], c[3]) + contrastive_loss(z[0], c[0], z[2], c[2])
    assert loss.feature_names == ('up_3', 'up_2', 'up_1', 'up_0')
    assert loss(features, labels, 4).item() == pytest.approx(expected.item(), rel=1e-5)


def test_minimum_drops_a_class_at_coarse_scales():
    # Class 1 is a block of 8 x 8 pixels: 16 pixels at up_2 with 4 a side, 4 at up_1, 1 at up_0.
    labels = torch.zeros(1, 32, 32, dtype=torch.int64)
    labels[:, 16:] = 2
    labels[:, :8, :8] = 1
    features = make_features(1)
    settings = {'scale_weights': (0, 0, 1), 'cross_scale_weights': (), 'max_samples': 4096}
    loss = make_loss(**settings, max_samples_per_class=4096)
    z, c = known_pixels(loss, 'up_1', features['up_1'], labels, 5)
    assert c.unique().tolist() == [0, 2]
    assert loss(features, labels).item() == pytest.approx(contrastive_loss(z, c).item(), rel=1e-5)
    loss = make_loss(**settings, max_samples_per_class=4096, min_samples_per_class=4)
    z, c = known_pixels(loss, 'up_1', features['up_1'], labels, 4)
    assert c.unique().tolist() == [0, 1, 2]
    assert loss(features, labels).item() == pytest.approx(contrastive_loss(z, c).item(), rel=1e-5)


def test_pixel_contrast_is_the_one_scale_case():
    features, labels = make_features(2), make_labels(2)
    plain = make_loss(PixelContrastLoss)
    single = make_loss(scale_weights=(1.0,), cross_scale_weights=(), min_samples_per_class=1)
    assert plain.feature_names == ('up_3',)
    assert torch.equal(plain(features, labels, 4), single(features, labels, 4))


def test_pixel_contrast_on_all_pixels_of_real_layouts(real_layouts):
    features = {'up_3': torch.randn(2, 4, 24, 24, generator=torch.Generator().manual_seed(0))}
    loss = make_loss(PixelContrastLoss, max_samples=10**6, max_samples_per_class=10**5)
    flat = real_layouts.flatten()
    z = embed_all(loss, 'up_3', features['up_3'])[flat != 8]
    expected = contrastive_loss(z, flat[flat != 8])
    assert loss(features, real_layouts, 8).item() == pytest.approx(expected.item(), rel=1e-5)


def test_samples_depend_on_seed_and_step_and_survive_a_resume():
    features, labels = make_features(2), make_labels(2)
    settings = {'max_samples_per_class': 8}
    first = make_loss(**settings)
    values = [first(features, labels, 4).item() for _ in range(3)]
    assert len(set(values)) == 3
    again = make_loss(**settings)
    assert [again(features, labels, 4).item() for _ in range(2)] == values[:2]
    resumed = make_loss(**settings, seed=0)
    resumed.load_state_dict(again.state_dict())
    assert resumed(features, labels, 4).item() == values[2]
    other = make_loss(**settings, seed=1)
    assert other(features, labels, 4).item() not in values
    # Evaluation leaves the counter alone.
    resumed.eval()
    assert resumed(features, labels, 4).item() == resumed(features, labels, 4).item()


@pytest.mark.parametrize('kind', [PixelContrastLoss, MultiScaleContrastLoss])
@pytest.mark.parametrize('case', ['one class', 'nothing known', 'single pixels'])
def test_nothing_to_contrast(kind, case):
    labels = torch.full((2, 32, 32), 4)
    if case == 'one class':
        labels[:] = 1
    elif case == 'single pixels':
        labels[0, 0, 0], labels[1, 8, 16] = 0, 1
    features = {k: v.requires_grad_() for k, v in make_features(2).items()}
    loss = make_loss(kind)
    value = loss(features, labels, 4)
    value.backward()
    assert value.item() == 0
    for parameter in loss.parameters():
        assert torch.equal(parameter.grad, torch.zeros_like(parameter))
    for name in loss.feature_names:
        assert torch.equal(features[name].grad, torch.zeros_like(features[name]))


def test_class_of_one_pixel_is_a_negative_but_no_anchor():
    labels = torch.zeros(1, 32, 32, dtype=torch.int64)
    labels[0, 5, 5] = 1
    features = {k: v.requires_grad_() for k, v in make_features(1).items()}
    loss = make_loss(PixelContrastLoss, max_samples=10**6, max_samples_per_class=10**5)
    value = loss(features, labels)
    value.backward()
    # Without the single pixel there is nothing to contrast.
    z = embed_all(loss, 'up_3', features['up_3'])
    assert value.item() == pytest.approx(contrastive_loss(z, labels.flatten()).item(), rel=1e-5)
    assert value.item() > 0
    assert torch.isfinite(features['up_3'].grad).all()
    assert features['up_3'].grad[0, :, 5, 5].abs().sum() > 0


@pytest.mark.slow
def test_gradcheck():
    loss = make_loss(
        scale_weights=(1.0, 0.7), cross_scale_weights=((0, 1, 1.0),), max_samples_per_class=4
    )
    loss.double().eval()
    features = make_features(1, size=8, dtype=torch.float64)
    labels = make_labels(1, size=16)[:, ::2, ::2]

    def function(fine, coarse):
        return loss({'up_3': fine, 'up_2': coarse}, labels, 4)

    inputs = [features[n].requires_grad_() for n in NAMES[:2]]
    assert function(*inputs).item() > 0
    assert torch.autograd.gradcheck(function, inputs)


def test_float32_inside_autocast():
    features, labels = make_features(2), make_labels(2)
    loss = make_loss().eval()
    reference = loss(features, labels, 4)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        value = loss({k: v.bfloat16() for k, v in features.items()}, labels, 4)
    assert value.dtype == torch.float32
    assert value.item() == pytest.approx(reference.item(), rel=2e-2)


def test_registered_and_weighed():
    features, labels = make_features(2), make_labels(2)
    config = {
        'type': 'PixelContrastLoss',
        'loss_weight': 3.0,
        'feature_names': ['up_2'],
        'in_channels': [6],
    }
    torch.manual_seed(0)
    heavy = MODELS.build(config)
    light = copy.deepcopy(heavy)
    light.loss_weight = 1.0
    assert torch.equal(heavy(features, labels, 4), 3 * light(features, labels, 4))


def test_errors_say_what_is_wrong():
    with pytest.raises(ValueError, match=r'pair of scales \(0, 3\) among 2'):
        MultiScaleContrastLoss(scale_weights=(1, 1))
    with pytest.raises(ValueError, match=r"1 scale weights, but features \('a', 'b'\)"):
        MultiScaleContrastLoss(scale_weights=[1], feature_names=['a', 'b'], cross_scale_weights=())
    with pytest.raises(RuntimeError, match='build_heads'):
        PixelContrastLoss()({}, torch.zeros(1, 4, 4))
    with pytest.raises(ValueError, match=r"needs 1 features and was given \('up_9',\)"):
        PixelContrastLoss(feature_names=['up_9']).build_heads(CHANNELS, NAMES)
    with pytest.raises(ValueError, match=r"\['up_3'\] are missing"):
        make_loss(PixelContrastLoss)({'up_2': torch.zeros(1)}, torch.zeros(1, 4, 4))


class Trunk(nn.Module):
    """A layer that makes the features, so that a shared weight is there to be averaged."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.layers = nn.ModuleDict({n: nn.Conv2d(c, c, 1) for n, c in CHANNELS.items()})
        self.loss = make_loss(max_samples_per_class=12)

    def forward(self, features, labels):
        features = {n: self.layers[n](x) for n, x in features.items() if n != 'head'}
        return self.loss(features, labels, 4)


def run_steps(model, features, labels):
    """Two steps: loss and gradients of each."""
    results = []
    for _ in range(2):
        model.zero_grad()
        loss = model(features, labels)
        loss.backward()
        grads = {
            n.removeprefix('module.'): p.grad.clone()
            for n, p in model.named_parameters()
            if p.grad is not None
        }
        results.append((loss.item(), grads))
    return results


def run_rank(folder):
    """Uneven shares: 1 layout and 2."""
    dist.init_process_group('gloo')
    rank = dist.get_rank()
    share = (slice(0, 1), slice(1, 3))[rank]
    model = Trunk()
    del model.layers['head']
    features = {n: x[share] for n, x in make_features(3).items()}
    results = run_steps(nn.parallel.DistributedDataParallel(model), features, make_labels(3)[share])
    torch.save(results, folder / f'rank_{rank}.pth')
    dist.barrier()
    dist.destroy_process_group()


@pytest.mark.slow
def test_two_processes_equal_one_with_the_whole_batch(tmp_path):
    """Also in the second step, which samples anew."""
    codes = fresh_process.run_distributed(run_rank, tmp_path, log=tmp_path / 'log.txt')
    assert codes == [0, 0], (tmp_path / 'log_0.txt').read_text()[-2000:]
    results = [torch.load(tmp_path / f'rank_{rank}.pth') for rank in (0, 1)]
    expected = run_steps(Trunk(), make_features(3), make_labels(3))
    assert expected[0][0] != expected[1][0]
    for step, (loss, grads) in enumerate(expected):
        for rank in (0, 1):
            assert results[rank][step][0] == pytest.approx(loss, rel=1e-6)
            assert results[rank][step][1].keys() == grads.keys()
            for name, grad in grads.items():
                error = abs(results[rank][step][1][name] - grad).max()
                assert error <= 1e-6 + 1e-4 * abs(grad).max(), name


def test_minimising_it_separates_the_classes():
    torch.manual_seed(0)
    labels = make_labels(2)
    feature = torch.randn(2, 4, 32, 32, requires_grad=True)
    loss = make_loss(PixelContrastLoss)
    known = labels < 4

    def separation():
        within, across = class_separation(feature.permute(0, 2, 3, 1)[known], labels[known])
        return within - across

    optimizer = torch.optim.Adam([feature, *loss.parameters()], 0.05)
    before = separation()
    for _ in range(60):
        optimizer.zero_grad()
        loss({'up_3': feature}, labels, 4).backward()
        optimizer.step()
    assert before < 0.02
    assert separation() > 0.2
