import numpy as np
import pytest
import scipy.linalg
import torch
from evaluation_toys import ToyGenerator, evaluate, write_segmentor

from projects.ecgan.errors import ConfigError
from projects.ecgan.evaluation import FeatureDistance, frechet_distance, kernel_distance


def _features(count: int, size: int, seed: int, scale: float = 1.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(size, size, generator=generator, dtype=torch.float64)
    return (
        scale * torch.randn(count, size, generator=generator, dtype=torch.float64) @ mixing + seed
    )


def _published_formula(fake: np.ndarray, real: np.ndarray) -> float:
    """The distance as the paper writes it, with SciPy's matrix root."""
    difference = fake.mean(0) - real.mean(0)
    one, two = np.cov(fake, rowvar=False), np.cov(real, rowvar=False)
    root = scipy.linalg.sqrtm(one @ two).real
    return difference @ difference + np.trace(one + two - 2 * root)


def _by_eigenvalues(fake: np.ndarray, real: np.ndarray) -> float:
    """The same trace from the eigenvalues of the product of the covariances."""
    one, two = np.cov(fake, rowvar=False), np.cov(real, rowvar=False)
    roots = np.sqrt(np.clip(np.linalg.eigvals(one @ two).real, 0, None)).sum()
    return np.sum((fake.mean(0) - real.mean(0)) ** 2) + np.trace(one) + np.trace(two) - 2 * roots


@pytest.mark.parametrize(('fakes', 'reals'), [(200, 300), (65, 500), (64, 64)])
def test_frechet_distance_equals_two_independent_formulas(fakes, reals):
    fake, real = _features(fakes, 16, seed=1), _features(reals, 16, seed=2, scale=1.5)
    ours = frechet_distance(fake, real)
    assert ours == pytest.approx(_published_formula(fake.numpy(), real.numpy()), rel=1e-10)
    assert ours == pytest.approx(_by_eigenvalues(fake.numpy(), real.numpy()), rel=1e-10)


def test_frechet_distance_with_fewer_images_than_features():
    # The product is singular, where a matrix root is unreliable and eigenvalues are not.
    fake, real = _features(10, 40, seed=1), _features(12, 40, seed=2)
    ours = frechet_distance(fake, real)
    assert ours == pytest.approx(_by_eigenvalues(fake.numpy(), real.numpy()), rel=1e-6)


def test_frechet_distance_in_closed_form():
    # Means 0 and 3; variances 1 + 1 = 2 and 4 * 2 = 8: 9 + 2 + 8 - 2 * sqrt(16) = 11.
    fake = torch.tensor([[-1.0], [1.0]])
    real = 3 + 2 * fake
    assert frechet_distance(fake, real) == pytest.approx(11)


def test_frechet_distance_of_equal_sets_is_zero():
    features = _features(50, 16, seed=3)
    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-9)


def test_kernel_distance_by_hand():
    # d = 1, k(x, y) = (xy + 1)^3. Pairs within {0, 1}: k = 1. Within {1, 2}: k = 27.
    # Across: k(0,1) = 1, k(0,2) = 1, k(1,1) = 8, k(1,2) = 27, mean 37 / 4.
    fake, real = torch.tensor([[0.0], [1.0]]), torch.tensor([[1.0], [2.0]])
    assert kernel_distance(fake, real) == pytest.approx(1 + 27 - 2 * 37 / 4)


def test_kernel_distance_is_unbiased():
    same = [
        kernel_distance(
            torch.randn(20, 4, generator=torch.Generator().manual_seed(2 * seed)),
            torch.randn(20, 4, generator=torch.Generator().manual_seed(2 * seed + 1)),
        )
        for seed in range(200)
    ]
    mean, error = np.mean(same), np.std(same) / 200**0.5
    assert abs(mean) < 4 * error
    assert min(same) < 0


def test_kernel_distance_by_literal_loops():
    fake, real = _features(7, 5, seed=1), _features(9, 5, seed=2)

    def kernel(one, two):
        return (sum(float(a) * float(b) for a, b in zip(one, two)) / 5 + 1) ** 3

    within = [
        sum(kernel(x[i], x[j]) for i in range(len(x)) for j in range(len(x)) if i != j)
        / (len(x) * (len(x) - 1))
        for x in (fake, real)
    ]
    across = sum(kernel(a, b) for a in fake for b in real) / (7 * 9)
    assert kernel_distance(fake, real) == pytest.approx(sum(within) - 2 * across, rel=1e-12)


@pytest.mark.parametrize(
    ('images', 'fid', 'kid', 'exact'),
    [
        (60, 50.432023514493494, 45.874975419279856, 1e-12),
        # Of fewer images than features their matrix root is exact to eight digits.
        (5, 143.23808083585882, 450.560293772471, 1e-8),
    ],
)
def test_distances_of_torch_fidelity_and_torchmetrics(images, fid, kid, exact):
    """Numbers of torch-fidelity 0.4.0 and torchmetrics 1.9.0, which agree, on these features."""
    rng = np.random.default_rng(5)
    fake = torch.from_numpy(rng.normal(size=(60, 8)) @ rng.normal(size=(8, 8)) + 0.3)
    real = torch.from_numpy(rng.normal(size=(60, 8)) @ rng.normal(size=(8, 8)))
    pair = fake[:images], real[:images]
    assert frechet_distance(*pair) == pytest.approx(fid, rel=exact)
    assert kernel_distance(*pair) == pytest.approx(kid, rel=1e-12)


@pytest.mark.parametrize('distance', [frechet_distance, kernel_distance])
def test_distances_refuse(distance):
    with pytest.raises(ValueError, match='Of 2 generated images 1 have features that are not fin'):
        distance(torch.tensor([[0.0], [float('nan')]]), torch.zeros(3, 1))
    with pytest.raises(ValueError, match=r'got 1 generated and 3 real ones'):
        distance(torch.zeros(1, 2), torch.zeros(3, 2))
    with pytest.raises(ValueError, match=r'got \(3, 2\) and \(3, 4\)'):
        distance(torch.zeros(3, 2), torch.zeros(3, 4))


def test_stand_in_features_are_named_as_such(tmp_path):
    metric = FeatureDistance({'type': 'segmentor', **write_segmentor(tmp_path)})
    result = evaluate([metric], length=4, model=ToyGenerator(wrong=1))
    assert sorted(result) == ['segmentor-FID', 'segmentor-KID']
    assert result['segmentor-FID'] > 0
    assert metric.protocol()['feature_network']['type'] == 'segmentor'


def test_perfect_images_are_at_distance_zero(tmp_path):
    metric = FeatureDistance({'type': 'segmentor', **write_segmentor(tmp_path)})
    assert evaluate([metric])['segmentor-FID'] == pytest.approx(0, abs=1e-6)


def _metric(folder) -> FeatureDistance:
    return FeatureDistance({'type': 'segmentor', **write_segmentor(folder)})


def test_distances_of_few_images_say_so(tmp_path, monkeypatch):
    metric = _metric(tmp_path)
    evaluate([metric], length=5)
    (remark,) = metric.remarks
    assert remark.startswith(
        'segmentor-FID and segmentor-KID are of 5 images, fewer than 2000: segmentor-FID is biased'
    )
    assert 'covariance' not in remark  # of 3 features, which 5 images determine
    evaluate([metric], length=3)
    assert '3 images do not determine a covariance of 3 features' in metric.remarks[0]
    monkeypatch.setattr('projects.ecgan.evaluation.feature_distance.ENOUGH_IMAGES', 5)
    evaluate([metric], length=5)
    assert metric.remarks == []


def test_the_log_says_each_remark_once(tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(
        'projects.ecgan.evaluation.layout_metric.print_log', lambda text, *_: said.append(text)
    )
    metric = _metric(tmp_path)
    for length in (5, 5, 6):
        evaluate([metric], length)
    assert [text.split(',')[0][-8:] for text in said] == ['5 images', '6 images']


def test_one_image_has_no_distance(tmp_path):
    with pytest.raises(ConfigError, match='FeatureDistance needs at least 2 images, and ToyLayou'):
        evaluate([_metric(tmp_path)], length=1)


def test_a_loader_that_leaves_one_image(tmp_path):
    metric = _metric(tmp_path)
    metric.dataset_length = 2
    metric.results = [{'fake': torch.zeros(3), 'real': torch.zeros(3)}]
    values = metric.evaluate()
    assert all(np.isnan(value) for value in values.values())
    assert metric.remarks[0].startswith('There is neither segmentor-FID nor segmentor-KID. A feat')
    assert metric.remarks[1].startswith('1 of 2 images were measured')


def test_images_of_several_sizes(tmp_path):
    metric = _metric(tmp_path)
    metric.dataset_length = 3
    rows = [torch.randint(0, 80, (3, size, 8), dtype=torch.uint8) for size in (4, 8, 6)]
    samples = [{'fake_img': image, 'gt_img': image} for image in rows]
    metric.process({}, samples)
    assert metric.evaluate()['segmentor-FID'] == pytest.approx(0, abs=1e-6)


def test_unknown_network():
    with pytest.raises(ValueError, match="Feature network 'vgg' must be one of"):
        FeatureDistance({'type': 'vgg'})


def test_missing_inception_weights_name_the_file_and_its_origin(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        FeatureDistance({'type': 'inception', 'weights': str(tmp_path / 'absent.pth')})
    message = str(caught.value)
    assert '\n' not in message
    assert str(tmp_path / 'absent.pth') in message
    assert 'pt_inception-2015-12-05-6726825d.pth' in message


@pytest.mark.slow
def test_inception_features_are_those_of_mmagic(tmp_path, monkeypatch):
    from mmagic.evaluation.functional import InceptionV3, fid_inception

    torch.manual_seed(0)
    state = fid_inception.fid_inception_v3(load_ckpt=False).state_dict()
    torch.save(state, tmp_path / 'inception.pth')
    monkeypatch.setattr(fid_inception, 'load_url', lambda *args, **kwargs: state)
    theirs = InceptionV3([3], normalize_input=False).eval()
    metric = FeatureDistance({'type': 'inception', 'weights': str(tmp_path / 'inception.pth')})
    images = torch.randint(0, 256, (2, 3, 32, 64), dtype=torch.uint8)
    rgb = (images[:, [2, 1, 0]].float() - 127.5) / 127.5
    with torch.no_grad():
        expected = theirs(rgb)[0].flatten(1)
    assert torch.allclose(metric.network.features(images), expected, atol=1e-5)
    assert expected.shape == (2, 2048)
