import math

import numpy as np
import pytest
import torch
from evaluation_toys import ToyGenerator, evaluate

from projects.ecgan.errors import ConfigError
from projects.ecgan.evaluation import PairedLPIPS, PairedPSNR, PairedSSIM


def _alexnet_file(folder):
    from torchvision.models import alexnet

    torch.manual_seed(0)
    path = folder / 'alexnet.pth'
    torch.save(alexnet(weights=None).state_dict(), path)
    return str(path)


def test_psnr_by_hand():
    real = torch.zeros(2, 3, 4, 4, dtype=torch.uint8)
    fake = torch.stack([real[0] + 10, real[1] + 255])
    # Mean squared errors 100 and 255^2: 20 log10(255 / 10) dB and 0 dB.
    assert PairedPSNR().score(fake, real) == pytest.approx([20 * math.log10(25.5), 0])


def test_psnr_does_not_wrap_around():
    dark = torch.full((1, 3, 4, 4), 10, dtype=torch.uint8)
    bright = torch.full((1, 3, 4, 4), 20, dtype=torch.uint8)
    assert PairedPSNR().score(dark, bright) == PairedPSNR().score(bright, dark)


def test_ssim_by_hand():
    # Constant images a = 100, b = 110: all variances vanish, SSIM = (2ab + c) / (a^2 + b^2 + c).
    real = torch.full((1, 3, 16, 16), 100, dtype=torch.uint8)
    c = (0.01 * 255) ** 2
    expected = (2 * 100 * 110 + c) / (100**2 + 110**2 + c)
    assert PairedSSIM().score(real + 10, real) == pytest.approx([expected], rel=1e-6)
    assert PairedSSIM().score(real, real) == pytest.approx([1])


def test_metrics_share_one_pass_of_the_generator():
    class CountingGenerator(ToyGenerator):
        passes = 0

        def test_step(self, data):
            type(self).passes += len(data['data_samples'])
            return super().test_step(data)

    result = evaluate([PairedPSNR(), PairedPSNR(prefix='again')], 5, CountingGenerator(wrong=1))
    assert CountingGenerator.passes == 5
    assert result['PSNR'] == result['again/PSNR'] > 0


def test_scores_of_scikit_image():
    """PSNR and SSIM (the paper's window) of scikit-image 0.26.0 on these pictures."""
    rng = np.random.default_rng(7)
    real = rng.integers(0, 256, (2, 3, 20, 24), dtype=np.uint8)
    pair = torch.from_numpy((real * 0.8).astype(np.uint8)), torch.from_numpy(real)
    assert np.mean(PairedPSNR().score(*pair)) == pytest.approx(18.642911716864916, rel=1e-6)
    assert np.mean(PairedSSIM().score(*pair)) == pytest.approx(0.9511635999429782, rel=1e-6)


def _measure(metric, *pairs):
    metric.dataset_length = len(pairs)
    metric.process({}, [{'fake_img': fake, 'gt_img': real} for fake, real in pairs])
    return metric.evaluate()[metric.name]


def _image(value: int, height: int = 16, width: int = 16) -> torch.Tensor:
    return torch.full((3, height, width), value, dtype=torch.uint8)


def test_equal_images_make_psnr_infinite_and_say_so():
    metric = PairedPSNR()
    value = _measure(metric, (_image(9), _image(9)), (_image(9), _image(19)))
    assert value == math.inf
    assert metric.remarks == [
        '1 of 2 images equal their photos, so the mean PSNR is infinite',
    ]
    assert _measure(metric, (_image(9), _image(19))) == pytest.approx(20 * math.log10(25.5))
    assert metric.remarks == []


def test_images_smaller_than_a_window_have_no_score():
    metric = PairedSSIM()
    small, large = (_image(9, 10), _image(19, 10)), (_image(5), _image(5))
    assert _measure(metric, small, large) == pytest.approx(1)
    assert metric.remarks == [
        '1 of 2 images have no SSIM (smaller than 11 pixels), the mean is of the others',
    ]
    assert math.isnan(_measure(metric, small))
    assert metric.remarks == ['1 of 1 images have no SSIM (smaller than 11 pixels)']
    assert _measure(metric, (_image(9, 11, 11), _image(9, 11, 11))) == pytest.approx(1)


def test_images_of_several_sizes():
    pairs = [(_image(9, size), _image(19, size)) for size in (12, 16)]
    assert _measure(PairedPSNR(), *pairs) == pytest.approx(20 * math.log10(25.5))
    with pytest.raises(ConfigError, match=r'PSNR compares images of one size: .*16.*12'):
        _measure(PairedPSNR(), (_image(9), _image(9, 12)))


def test_a_loader_that_drops_images_is_found_out():
    metric = PairedPSNR()
    metric.dataset_length = 3
    metric.process({}, [{'fake_img': _image(1), 'gt_img': _image(2)}] * 2)
    metric.evaluate()
    assert metric.num_images == 2
    assert metric.remarks[0].startswith('2 of 3 images were measured')


@pytest.mark.slow
def test_lpips_takes_the_backbone_from_the_given_file(tmp_path):
    import lpips

    metric = PairedLPIPS(_alexnet_file(tmp_path))
    torch.manual_seed(0)
    reference = lpips.LPIPS(net='alex', pnet_rand=True, verbose=False).eval()
    # The package draws its AlexNet with the same seed, hence the same weights as the file.
    real = torch.randint(0, 256, (2, 3, 64, 64), dtype=torch.uint8)
    fake = real.flip(3)
    rgb = [images[:, [2, 1, 0]].float() / 127.5 - 1 for images in (fake, real)]
    with torch.no_grad():
        expected = reference(*rgb).flatten().tolist()
    assert metric.score(fake, real) == pytest.approx(expected, rel=1e-5)
    assert min(expected) > 0
    assert metric.score(real, real) == pytest.approx([0, 0], abs=1e-7)
    assert not math.isnan(_measure(metric, (_image(9, 31, 31), _image(19, 31, 31))))
    assert math.isnan(_measure(metric, (_image(9, 30, 31), _image(19, 30, 31))))


def test_missing_alexnet_weights(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'AlexNet of LPIPS not found.*alexnet-owt'):
        PairedLPIPS(str(tmp_path / 'absent.pth'))
