"""What other packages make of features, label maps and pictures; runs in their environment.

``python -m number_oracles FOLDER`` reads ``fake.npy`` and ``real.npy`` (features), ``truth.npy``
and ``guess.npy`` (label maps), ``photos.npy`` and ``pictures.npy`` (pictures), ``settings.json``,
and writes ``results.json``.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch


def fidelity(fake: np.ndarray, real: np.ndarray) -> dict[str, float]:
    """FID and KID of torch-fidelity, which wants its KID in subsets: one of all pictures."""
    from torch_fidelity import metric_fid, metric_kid

    size = min(len(fake), len(real))
    statistics = [
        metric_fid.fid_features_to_statistics(torch.from_numpy(each)) for each in (fake, real)
    ]
    distance = metric_fid.fid_statistics_to_metric(*statistics, verbose=False)
    kernel = metric_kid.kid_features_to_metric(
        torch.from_numpy(fake[:size]),
        torch.from_numpy(real[:size]),
        kid_subsets=1,
        kid_subset_size=size,
        verbose=False,
    )
    return {
        'FID': float(distance[metric_fid.KEY_METRIC_FID]),
        'KID': float(kernel[metric_kid.KEY_METRIC_KID_MEAN]),
    }


def metrics_of_features(fake: np.ndarray, real: np.ndarray) -> dict[str, float]:
    """FID and KID of torchmetrics."""
    from torchmetrics.image.fid import _compute_fid
    from torchmetrics.image.kid import poly_mmd

    one, two = torch.from_numpy(fake).double(), torch.from_numpy(real).double()
    moments = [part for each in (two, one) for part in (each.mean(0), torch.cov(each.T))]
    size = min(len(fake), len(real))
    return {
        'FID': _compute_fid(*moments).item(),
        'KID': poly_mmd(two[:size], one[:size]).item(),
    }


def metrics_of_labels(truth: np.ndarray, guess: np.ndarray, settings: dict) -> dict:
    """IoU and accuracies of torchmetrics."""
    from torchmetrics.functional.classification import (
        multiclass_accuracy,
        multiclass_jaccard_index,
    )

    pair = torch.from_numpy(guess), torch.from_numpy(truth)
    common = dict(num_classes=settings['num_classes'], ignore_index=settings['ignore_index'])
    return {
        'mIoU': multiclass_jaccard_index(*pair, average='macro', **common).item(),
        'IoU': multiclass_jaccard_index(*pair, average='none', **common).tolist(),
        'aAcc': multiclass_accuracy(*pair, average='micro', **common).item(),
    }


def metrics_of_pictures(photos: np.ndarray, pictures: np.ndarray) -> dict[str, float]:
    """PSNR and SSIM of scikit-image, with the window of the paper."""
    from skimage.metrics import peak_signal_noise_ratio, structural_similarity

    window = dict(gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    pairs = list(zip(photos, pictures))
    return {
        'PSNR': np.mean([peak_signal_noise_ratio(*pair) for pair in pairs]),
        'SSIM': np.mean([structural_similarity(*pair, channel_axis=0, **window) for pair in pairs]),
    }


def main(folder: Path) -> None:
    """Measure what lies in the folder."""
    names = ('fake', 'real', 'truth', 'guess', 'photos', 'pictures')
    given = {name: np.load(folder / f'{name}.npy') for name in names}
    features, labels = (given['fake'], given['real']), (given['truth'], given['guess'])
    results = {
        'torch-fidelity': fidelity(*features),
        'torchmetrics': metrics_of_features(*features)
        | {
            str(settings['ignore_index']): metrics_of_labels(*labels, settings)
            for settings in json.loads((folder / 'settings.json').read_text())
        },
        'scikit-image': metrics_of_pictures(given['photos'], given['pictures']),
    }
    (folder / 'results.json').write_text(json.dumps(results))


if __name__ == '__main__':
    main(Path(sys.argv[1]))
