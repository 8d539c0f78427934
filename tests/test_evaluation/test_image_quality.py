import math

import pytest
import torch
from evaluation_toys import ToyGenerator, evaluate

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


def test_missing_alexnet_weights(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'AlexNet of LPIPS not found.*alexnet-owt'):
        PairedLPIPS(str(tmp_path / 'absent.pth'))
