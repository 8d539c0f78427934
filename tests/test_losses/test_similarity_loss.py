import math
import subprocess
import sys

import pytest
import torch
from loss_checks import assert_zero_with_no_gradient
from mmagic.registry import MODELS

from projects.ecgan.losses import SimilarityLoss, similarity_loss
from projects.ecgan.structures import nearest_resize


def literal_similarity(logits, labels, ignore_index, eps=1e-6):
    """The formula, one pair at a time, in float64."""
    losses = []
    for image_logits, image_labels in zip(logits.double(), labels):
        probs = image_logits.flatten(1).softmax(0).T.tolist()
        classes = image_labels.flatten().tolist()
        known = [i for i, c in enumerate(classes) if c != ignore_index]
        total = 0.0
        for i in known:
            for j in known:
                a = sum(x * y for x, y in zip(probs[i], probs[j]))
                a = min(max(a, eps), 1 - eps)
                total += math.log(a) if classes[i] == classes[j] else math.log(1 - a)
        losses.append(-total / len(known) ** 2 if known else 0.0)
    return sum(losses) / len(losses)


def dense_similarity(logits, labels, eps=1e-6):
    """The dense formula of one batch of known pixels."""
    probs = logits.flatten(2).softmax(1)
    labels = labels.flatten(1)
    a = (probs.transpose(1, 2) @ probs).clamp(eps, 1 - eps)
    same = labels[:, :, None] == labels[:, None]
    return -torch.where(same, a.log(), (1 - a).log()).mean((1, 2)).mean()


@pytest.mark.parametrize('dtype, tolerance', [(torch.float32, 1e-5), (torch.float64, 1e-9)])
def test_golden_values(golden, dtype, tolerance):
    logits = golden.inputs['logits'][None].to(dtype)
    labels = golden.inputs['label'][None]
    unknown, eps = golden.values['unknown'], golden.values['eps']
    loss = similarity_loss(logits, labels, unknown, eps)
    assert loss.item() == pytest.approx(golden.values['similarity'], abs=tolerance)

    labels = labels.where(labels != unknown, torch.tensor(logits.shape[1] - 1))
    loss = similarity_loss(logits, labels, unknown, eps)
    assert loss.item() == pytest.approx(golden.values['similarity_all_known'], abs=tolerance)


def test_two_pixels_by_hand():
    # p = (0.8, 0.2) and (0.4, 0.6): a_11 = 0.68, a_22 = 0.52, a_12 = 0.44.
    probs = torch.tensor([[0.8, 0.4], [0.2, 0.6]])
    logits = probs.log().view(1, 2, 1, 2)
    same = -(math.log(0.68) + math.log(0.52) + 2 * math.log(0.44)) / 4
    other = -(math.log(0.68) + math.log(0.52) + 2 * math.log(0.56)) / 4
    assert similarity_loss(logits, torch.tensor([[[1, 1]]])).item() == pytest.approx(same)
    assert similarity_loss(logits, torch.tensor([[[0, 1]]])).item() == pytest.approx(other)
    # The second pixel unknown: one pair is left.
    loss = similarity_loss(logits, torch.tensor([[[0, 7]]]), ignore_index=7)
    assert loss.item() == pytest.approx(-math.log(0.68))


def test_equals_literal_loops_on_random_layouts():
    generator = torch.Generator().manual_seed(0)
    # Large logits reach both ends of the clamp.
    logits = 6 * torch.randn(3, 4, 9, 7, generator=generator)
    labels = torch.randint(0, 5, (3, 9, 7), generator=generator)
    labels[2] = 4
    loss = similarity_loss(logits, labels, ignore_index=4)
    assert loss.item() == pytest.approx(literal_similarity(logits, labels, 4), abs=1e-5)


def test_equals_literal_loops_on_real_layouts(real_layouts):
    labels = nearest_resize(real_layouts, (12, 12))
    logits = 2 * torch.randn(2, 8, 12, 12, generator=torch.Generator().manual_seed(1))
    loss = similarity_loss(logits, labels, ignore_index=8)
    assert loss.item() == pytest.approx(literal_similarity(logits, labels, 8), abs=1e-5)


@pytest.mark.slow
def test_equals_dense_formula_at_64():
    generator = torch.Generator().manual_seed(0)
    logits = (3 * torch.randn(1, 8, 64, 64, generator=generator)).requires_grad_()
    labels = torch.randint(0, 8, (1, 64, 64), generator=generator)
    loss = similarity_loss(logits, labels)
    (grad,) = torch.autograd.grad(loss, logits)
    dense = dense_similarity(logits.double(), labels)
    (dense_grad,) = torch.autograd.grad(dense, logits)
    assert loss.item() == pytest.approx(dense.item(), abs=1e-5)
    assert (grad - dense_grad).abs().max() < 1e-5 * dense_grad.abs().max()


def test_few_known_pixels_are_not_drowned():
    labels = torch.full((1, 64, 64), 3)
    labels[0, 0, :2] = torch.tensor([0, 1])
    logits = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    expected = dense_similarity(logits[:, :, :1, :2].double(), labels[:, :1, :2])
    loss = similarity_loss(logits, labels, ignore_index=3)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)


def test_gradcheck():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 3, 4, 5, dtype=torch.float64, generator=generator, requires_grad=True)
    labels = torch.randint(0, 4, (2, 4, 5), generator=generator)
    assert torch.autograd.gradcheck(lambda x: similarity_loss(x, labels, 3), logits)


def test_clamped_pairs_have_no_gradient():
    logits = torch.zeros(1, 2, 1, 2)
    logits[0, 0] = torch.tensor([40.0, -40.0])
    logits.requires_grad_()
    loss = similarity_loss(logits, torch.tensor([[[0, 0]]]))
    loss.backward()
    # a_12 = 0 is clamped to eps; a_11 = a_22 = 1 to 1 - eps.
    assert loss.item() == pytest.approx(-0.5 * math.log(1e-6), rel=1e-5)
    assert torch.equal(logits.grad, torch.zeros_like(logits))


def test_no_known_pixel_gives_zero():
    logits = torch.randn(2, 3, 4, 4, requires_grad=True)
    loss = similarity_loss(logits, torch.full((2, 4, 4), 3), ignore_index=3)
    assert_zero_with_no_gradient(loss, logits)


def test_float32_inside_autocast():
    logits = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    labels = torch.randint(0, 4, (1, 8, 8), generator=torch.Generator().manual_seed(0))
    reference = similarity_loss(logits, labels)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        loss = similarity_loss(logits, labels)
        half = similarity_loss(logits.bfloat16(), labels)
    assert loss.dtype == half.dtype == torch.float32
    assert torch.equal(loss, reference)


def test_module_on_a_working_grid():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(1, 4, 32, 64, generator=generator)
    labels = torch.randint(0, 5, (1, 64, 128), generator=generator)
    loss = MODELS.build(dict(type='SimilarityLoss', loss_weight=3.0, grid=8))
    assert loss.grid_size(32, 64) == (8, 16)
    expected = similarity_loss(logits[..., ::4, ::4], labels[..., ::8, ::8], 4)
    assert torch.equal(loss(logits, labels, 4), 3 * expected)
    assert SimilarityLoss(grid=48).grid_size(32, 64) == (32, 64)
    assert SimilarityLoss(grid=None).grid_size(30, 20) == (30, 20)
    assert SimilarityLoss(grid=(4, 6)).grid_size(30, 20) == (4, 6)


def test_errors_name_the_value():
    with pytest.raises(ValueError, match=r'\(1, 3, 4, 4\) and \(1, 8, 8\)'):
        similarity_loss(torch.zeros(1, 3, 4, 4), torch.zeros(1, 8, 8))
    with pytest.raises(ValueError, match=r'got 0\.7'):
        SimilarityLoss(eps=0.7)


@pytest.mark.slow
def test_memory_at_128(repo_root):
    """One image of 16 384 pixels, forward and backward, in a process of its own."""
    script = """
import resource, torch
import projects.ecgan
from projects.ecgan.losses import similarity_loss
torch.set_num_threads(1)
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
logits = torch.randn(1, 182, 128, 128, requires_grad=True)
similarity_loss(logits[..., :8, :8], torch.zeros(1, 8, 8)).backward()
before = peak()
similarity_loss(logits, torch.randint(0, 182, (1, 128, 128))).backward()
print(peak() - before)
"""
    run = subprocess.run(
        [sys.executable, '-c', script], cwd=repo_root, capture_output=True, text=True, check=True
    )
    assert int(run.stdout.split()[-1]) < 0.3e9
