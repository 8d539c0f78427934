import pytest
import torch
from loss_checks import assert_zero_with_no_gradient
from mmagic.registry import MODELS

from projects.ecgan.losses import class_specific_pixel_loss


def literal_class_pixel(fake, real, labels, num_classes):
    """The definition, one pixel at a time, in float64."""
    fake, real = fake.double(), real.double()
    batch, channels, height, width = fake.shape
    total = 0.0
    for b in range(batch):
        errors = {}
        for y in range(height):
            for x in range(width):
                label = int(labels[b, y, x])
                if label < num_classes:
                    error = (fake[b, :, y, x] - real[b, :, y, x]).abs().sum().item() / channels
                    errors.setdefault(label, []).append(error)
        means = [sum(e) / len(e) for e in errors.values()]
        total += sum(means) / len(means) if means else 0.0
    return total / batch


@pytest.mark.parametrize('dtype, tolerance', [(torch.float32, 1e-5), (torch.float64, 1e-9)])
def test_golden_value(golden, dtype, tolerance):
    fake, real = golden.inputs['fake'].to(dtype), golden.inputs['real'].to(dtype)
    unknown = golden.values['unknown']
    loss = class_specific_pixel_loss(fake, real, golden.inputs['labels'], unknown, unknown)
    assert loss.item() == pytest.approx(golden.values['class_pixel'], abs=tolerance)


def test_by_hand():
    # Class 0 has 3 pixels of error 0.5, class 1 one pixel of error 2, class 2 is absent.
    fake = torch.tensor([0.5, -0.5, 0.5, 2.0, 9.0, 9.0]).view(1, 1, 1, 6).repeat(1, 3, 1, 1)
    labels = torch.tensor([[[0, 0, 0, 1, 255, 255]]])
    loss = class_specific_pixel_loss(fake, torch.zeros_like(fake), labels, 3, 255)
    assert loss.item() == pytest.approx((0.5 + 2.0) / 2)


@pytest.mark.parametrize('real', [False, True])
def test_equals_literal_loops(real, request):
    generator = torch.Generator().manual_seed(0)
    if real:
        labels = request.getfixturevalue('real_layouts')
    else:
        labels = torch.randint(0, 9, (3, 11, 6), generator=generator)
        labels[1] = 8
    batch, height, width = labels.shape
    fake, photo = torch.rand(2, batch, 3, height, width, generator=generator)
    loss = class_specific_pixel_loss(fake, photo, labels, 8, 8)
    assert loss.item() == pytest.approx(literal_class_pixel(fake, photo, labels, 8), abs=1e-5)


def test_gradcheck():
    generator = torch.Generator().manual_seed(0)
    fake, photo = torch.rand(2, 2, 3, 4, 5, dtype=torch.float64, generator=generator)
    labels = torch.randint(0, 4, (2, 4, 5), generator=generator)
    fake.requires_grad_()
    loss = lambda x: class_specific_pixel_loss(x, photo, labels, 3, 3)  # noqa: E731
    assert torch.autograd.gradcheck(loss, fake)


def test_nothing_known_gives_zero():
    fake = torch.rand(2, 3, 4, 4, requires_grad=True)
    labels = torch.full((2, 4, 4), 5)
    loss = class_specific_pixel_loss(fake, torch.zeros(2, 3, 4, 4), labels, 5, 5)
    assert_zero_with_no_gradient(loss, fake)


def test_module_weighs_and_stays_in_float32():
    fake = torch.rand(1, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.randint(0, 3, (1, 4, 4), generator=torch.Generator().manual_seed(0))
    module = MODELS.build(dict(type='ClassSpecificPixelLoss', loss_weight=2.5))
    reference = class_specific_pixel_loss(fake, -fake, labels, 3)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        loss = module(fake, -fake, labels, 3)
    assert loss.dtype == torch.float32
    assert torch.equal(loss, 2.5 * reference)


def test_error_names_the_shapes():
    with pytest.raises(ValueError, match=r'\(1, 8, 8\)'):
        class_specific_pixel_loss(
            torch.zeros(1, 3, 4, 4), torch.zeros(1, 3, 4, 4), torch.zeros(1, 8, 8), 3
        )
