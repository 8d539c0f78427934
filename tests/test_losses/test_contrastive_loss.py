import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from projects.ecgan.losses import contrastive_loss
from projects.ecgan.losses.contrastive_loss import weighted_contrast


def literal_contrast(anchors, anchor_classes, others=None, other_classes=None, temperature=0.1):
    """The formula, one pair at a time, in float64."""
    within = others is None
    if within:
        others, other_classes = anchors, anchor_classes
    losses = []
    for i, (z, c) in enumerate(zip(anchors.double(), anchor_classes)):
        similar = [(z @ o).item() / temperature for o in others.double()]
        positives = [j for j, d in enumerate(other_classes) if d == c and not (within and i == j)]
        negatives = sum(math.exp(s) for s, d in zip(similar, other_classes) if d != c)
        if positives:
            terms = [
                -math.log(math.exp(similar[p]) / (math.exp(similar[p]) + negatives))
                for p in positives
            ]
            losses.append(sum(terms) / len(terms))
    return sum(losses) / len(losses) if losses else 0.0


def normalize_as_stored(x):
    """The stored values divide float64 embeddings by norms that were rounded to float32.

    With exact norms `pixel_contrast` differs by 1.4e-8 and `cross_contrast` by 4.3e-8.
    """
    norm = np.linalg.norm(x.numpy().astype(np.float32), axis=1, keepdims=True)
    return x / torch.from_numpy(norm).double()


@pytest.mark.parametrize('dtype, tolerance', [(torch.float32, 1e-5), (torch.float64, 1e-9)])
def test_golden_values(golden, dtype, tolerance):
    z = normalize_as_stored(golden.inputs['embeddings']).to(dtype)
    other = normalize_as_stored(golden.inputs['other_embeddings']).to(dtype)
    classes, other_classes = golden.inputs['classes'], golden.inputs['other_classes']
    t = golden.values['temperature']

    def check(loss, name):
        assert loss.dtype == dtype
        assert loss.item() == pytest.approx(golden.values[name], abs=tolerance)

    check(contrastive_loss(z, classes, temperature=t), 'pixel_contrast')
    check(contrastive_loss(z, classes, other, other_classes, t), 'cross_contrast')
    check(contrastive_loss(z[:5], torch.zeros(5).long(), temperature=t), 'contrast_one_class')
    check(contrastive_loss(z[:4], torch.arange(4), temperature=t), 'contrast_all_single')


def test_three_samples_by_hand():
    # Two equal embeddings of class 0 and an orthogonal one of class 1; t = 0.5.
    z = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    loss = contrastive_loss(z, torch.tensor([0, 0, 1]), temperature=0.5)
    assert loss.item() == pytest.approx(-math.log(math.exp(2) / (math.exp(2) + 1)))


def test_equals_literal_loops_and_bound_on_positives():
    generator = torch.Generator().manual_seed(0)
    z = F.normalize(torch.randn(60, 8, generator=generator), dim=1)
    classes = torch.randint(0, 5, (60,), generator=generator)
    classes[7] = 9
    bound = int(torch.bincount(classes).max())
    expected = literal_contrast(z, classes)
    assert contrastive_loss(z, classes).item() == pytest.approx(expected, abs=1e-5)
    loss = contrastive_loss(z, classes, max_per_class=bound)
    assert loss.item() == pytest.approx(expected, abs=1e-5)
    expected = literal_contrast(z[:25], classes[:25], z[25:], classes[25:])
    loss = contrastive_loss(z[:25], classes[:25], z[25:], classes[25:], max_per_class=bound)
    assert loss.item() == pytest.approx(expected, abs=1e-5)


def test_empty_rows_change_nothing():
    z = F.normalize(torch.randn(20, 8, generator=torch.Generator().manual_seed(0)), dim=1)
    classes = torch.arange(20) % 3
    expected = contrastive_loss(z[:14], classes[:14], z[:9], classes[:9])
    padded = classes.clone()
    padded[14:] = -1
    others = classes.clone()
    others[9:] = -1
    assert torch.allclose(contrastive_loss(z, padded, z, others), expected)
    assert torch.allclose(
        contrastive_loss(z, padded), contrastive_loss(z[:14], classes[:14]), atol=1e-6
    )


def test_contrasts_together_are_their_weighted_sum():
    generator = torch.Generator().manual_seed(0)
    sizes = [30, 1, 17]
    z = F.normalize(torch.randn(48, 8, generator=generator), dim=1)
    classes = torch.randint(-1, 4, (48,), generator=generator)
    known = [x.double()[c != -1] for x, c in zip(z.split(sizes), classes.split(sizes))]
    of_known = [c[c != -1] for c in classes.split(sizes)]
    pairs = [(0, 0, 1.0), (1, 1, 0.7), (2, 2, 0.0), (0, 2, 0.4), (2, 0, 2.0)]
    expected = sum(
        weight * literal_contrast(known[s], of_known[s])
        if s == t
        else weight * literal_contrast(known[s], of_known[s], known[t], of_known[t])
        for s, t, weight in pairs
    )
    together = weighted_contrast(z, classes, sizes, pairs)
    assert together.item() == pytest.approx(expected, rel=1e-5)
    z = z.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: weighted_contrast(z, classes, sizes, pairs, 0.5), z)


def test_keeps_the_gradient_alone_for_a_backward_pass():
    z = F.normalize(torch.randn(40, 8), dim=1).requires_grad_()
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        loss = contrastive_loss(z[:40], torch.arange(40) % 3)
    assert [t.shape for t in kept] == [z.shape]
    once, twice = (torch.autograd.grad(loss, z, retain_graph=True)[0] for _ in range(2))
    assert torch.equal(once, twice)


def test_small_temperature_stays_finite():
    z = F.normalize(torch.randn(12, 4, generator=torch.Generator().manual_seed(0)), dim=1)
    z.requires_grad_()
    loss = contrastive_loss(z, torch.arange(12) % 3, temperature=0.005)
    loss.backward()
    with_exp = literal_contrast(z.detach(), torch.arange(12) % 3, temperature=0.005)
    assert loss.item() == pytest.approx(with_exp, rel=1e-5)
    assert torch.isfinite(z.grad).all()


@pytest.mark.parametrize('classes', [[0] * 6, [0, 1, 2, 3, 4, 5], [-1] * 6])
def test_nothing_to_contrast_gives_zero(classes):
    z = F.normalize(torch.randn(6, 4), dim=1).requires_grad_()
    loss = contrastive_loss(z, torch.tensor(classes))
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(z.grad, torch.zeros_like(z))


def test_gradcheck():
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(9, 4, dtype=torch.float64, generator=generator, requires_grad=True)
    o = torch.randn(7, 4, dtype=torch.float64, generator=generator, requires_grad=True)
    a, b = torch.arange(9) % 4, torch.arange(7) % 3
    assert torch.autograd.gradcheck(lambda x: contrastive_loss(F.normalize(x, dim=1), a), z)
    assert torch.autograd.gradcheck(lambda x, y: contrastive_loss(x, a, y, b, 1.0), (z, o))


def test_error_names_the_shapes():
    with pytest.raises(ValueError, match=r'\(5, 3\), \(4, 2\)'):
        contrastive_loss(torch.zeros(5, 3), torch.zeros(5), torch.zeros(4, 2), torch.zeros(4))
