"""What made pictures are worth: shares, differences of the same seeds, means of the recipes."""

import json

from projects.ecgan.analysis.trials import read_result, summarize
from projects.ecgan.analysis.trials.usefulness import render_usefulness, write_usefulness


def runs(*miou, sign=None):
    return {
        seed: {'mIoU': value} | ({} if sign is None else {'IoU.sign': sign})
        for seed, value in enumerate(miou)
    }


def test_by_hand():
    results = {
        'unet': runs(0.5, 0.7, sign=0.25),
        'unet@made': runs(0.3),
        'unet@photos': runs(0.4, 0.5, sign=0.05),
        'fast@photos': runs(0.2, 0.3),
        'fast': runs(0.3, 0.3),
    }
    text = render_usefulness(summarize(results))
    lines = [line for line in text.splitlines() if line.startswith('|')]
    # Differences by seed: 0.1 and 0.2; sample standard deviations 0.0707 and 0.141.
    assert '| unet | photos | 2 | 0.450 ± 0.071 | 1.00 |  |' in lines
    assert '| unet | photos and made | 2 | 0.600 ± 0.141 | 1.33 | +15.0 ± 7.1 |' in lines
    # 0.3 beside the 0.4 of the same seed, not beside the mean of both.
    assert '| unet | made | 1 | 0.300 | 0.75 | -10.0 |' in lines
    # Means of both recipes by seed: 0.4 and 0.5 for 0.3 and 0.4.
    assert '| photos and made | 0.450 ± 0.071 | 1.29 | +10.0 ± 0.0 |' in lines
    # What not every recipe has is in no mean.
    assert not any(line.startswith('| made |') for line in lines)
    assert '| photos and made | 0.250 ± 0.000 |' in lines


def test_nothing_without_photos(tmp_path):
    write_usefulness(summarize({'unet@made': runs(0.3), 'unet@photos': {0: None}}), tmp_path)
    assert not [*tmp_path.iterdir()]


def test_a_segmentor_s_run_is_read(tmp_path):
    (tmp_path / 'metrics.json').write_text(json.dumps({'mIoU': 0.4, 'IoU.sign': 0.1}))
    assert read_result(tmp_path) == {'mIoU': 0.4, 'IoU.sign': 0.1}
