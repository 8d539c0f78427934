import torch

from projects.ecgan.losses import sample_pixels, sampling_keys


def key(seed=0, step=0, stream=0):
    return sampling_keys(seed, torch.tensor(step), stream + 1)[stream]


def counts(classes):
    return {c: int((classes == c).sum()) for c in classes.unique().tolist()}


def test_equal_shares_within_both_limits():
    # Classes of 300, 250, 3 and 1 pixels, and 40 unknown ones.
    labels = torch.tensor([0] * 300 + [1] * 250 + [2] * 3 + [5] + [9] * 40)
    pixels, classes = sample_pixels(labels, 9, key(), 100, 1024)
    assert counts(classes) == {0: 100, 1: 100, 2: 3, 5: 1, -1: 594 - 204}
    filled = classes != -1
    assert torch.equal(labels[pixels[filled]], classes[filled])
    assert len(pixels[filled].unique()) == 204
    assert torch.equal(classes[filled], classes[filled].sort().values)
    # 80 in all for 4 classes: 20 each.
    _, classes = sample_pixels(labels, 9, key(), 100, 80)
    assert counts(classes) == {0: 20, 1: 20, 2: 3, 5: 1, -1: 36}


def test_small_classes_take_no_part():
    labels = torch.tensor([0] * 5 + [1] * 4 + [2] * 9)
    _, classes = sample_pixels(labels, None, key(), 100, 1024, min_per_class=5)
    assert counts(classes) == {0: 5, 2: 9, -1: 4}


def test_more_classes_than_samples():
    _, classes = sample_pixels(torch.arange(50), None, key(), 100, 10)
    assert counts(classes) == dict.fromkeys(range(10), 1)


def test_nothing_known():
    pixels, classes = sample_pixels(torch.full((20,), 255), 255, key(), 100, 1024)
    assert classes.tolist() == [-1] * 20
    assert pixels.tolist() == [0] * 20


def test_every_pixel_of_a_class_is_equally_likely():
    labels = torch.tensor([0, 1] * 100)
    drawn = torch.zeros(200)
    for step in range(2000):
        pixels, classes = sample_pixels(labels, None, key(step=step), 10, 1024)
        drawn[pixels[classes >= 0]] += 1
    # Each pixel is drawn with probability 0.1: mean 200, standard deviation 13.4.
    assert drawn.sum() == 2000 * 20
    assert drawn.min() > 200 - 5 * 13.4
    assert drawn.max() < 200 + 5 * 13.4
    assert 10 < drawn.std() < 17


def test_seed_step_and_stream_select_the_draw():
    labels = torch.arange(4000) % 4
    draw = lambda **kwargs: sample_pixels(labels, None, key(**kwargs), 100, 1024)[0]  # noqa: E731
    base = draw(seed=3, step=7)
    assert torch.equal(base, draw(seed=3, step=7))
    others = (
        {'seed': 4, 'step': 6},
        {'seed': 3, 'step': 8},
        {'seed': 3, 'step': 7, 'stream': 1},
    )
    for other in others:
        common = len(set(base.tolist()) & set(draw(**other).tolist()))
        # 400 of 4000: independent draws share 40 on average, with a deviation of about 6.
        assert 10 < common < 75


def test_keys_stay_what_they_were():
    """A resumed training draws as one that was not interrupted: of one build, and of the next."""
    assert sampling_keys(3, torch.tensor(7), 2).tolist() == [99578500, 890913358]
