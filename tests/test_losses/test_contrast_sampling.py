import torch

from projects.ecgan.losses import sample_pixels, sampling_keys


def key(seed=0, step=0, stream=0):
    return sampling_keys(seed, torch.tensor(step), stream + 1)[stream]


def sample(labels, ignore_index, key, *limits, **options):
    ((pixels, classes),) = sample_pixels([labels], ignore_index, key[None], *limits, **options)
    return pixels, classes


def counts(classes):
    return {c: int((classes == c).sum()) for c in classes.unique().tolist()}


def test_equal_shares_within_both_limits():
    # Classes of 300, 250, 3 and 1 pixels, and 40 unknown ones.
    labels = torch.tensor([0] * 300 + [1] * 250 + [2] * 3 + [5] + [9] * 40)
    pixels, classes = sample(labels, 9, key(), 100, 1024)
    assert counts(classes) == {0: 100, 1: 100, 2: 3, 5: 1, -1: 594 - 204}
    filled = classes != -1
    assert torch.equal(labels[pixels[filled]], classes[filled])
    assert len(pixels[filled].unique()) == 204
    assert torch.equal(classes[filled], classes[filled].sort().values)
    # 80 in all for 4 classes: 20 each.
    _, classes = sample(labels, 9, key(), 100, 80)
    assert counts(classes) == {0: 20, 1: 20, 2: 3, 5: 1, -1: 36}


def test_small_classes_take_no_part():
    labels = torch.tensor([0] * 5 + [1] * 4 + [2] * 9)
    _, classes = sample(labels, None, key(), 100, 1024, min_per_class=5)
    assert counts(classes) == {0: 5, 2: 9, -1: 4}


def test_more_classes_than_samples():
    _, classes = sample(torch.arange(50), None, key(), 100, 10)
    assert counts(classes) == dict.fromkeys(range(10), 1)


def test_nothing_known():
    pixels, classes = sample(torch.full((20,), 255), 255, key(), 100, 1024)
    assert classes.tolist() == [-1] * 20
    assert pixels.tolist() == [0] * 20


def test_every_pixel_of_a_class_is_equally_likely():
    labels = torch.tensor([0, 1] * 100)
    drawn = torch.zeros(200)
    for step in range(2000):
        pixels, classes = sample(labels, None, key(step=step), 10, 1024)
        drawn[pixels[classes >= 0]] += 1
    # Each pixel is drawn with probability 0.1: mean 200, standard deviation 13.4.
    assert drawn.sum() == 2000 * 20
    assert drawn.min() > 200 - 5 * 13.4
    assert drawn.max() < 200 + 5 * 13.4
    assert 10 < drawn.std() < 17


def test_maps_of_several_sizes_are_drawn_from_as_each_by_itself():
    maps = [torch.arange(400) % 7, torch.arange(90) // 31, torch.full((5,), 6), torch.arange(60)]
    keys = sampling_keys(3, torch.tensor(7), 4)
    together = sample_pixels(maps, 6, keys, 20, 64, min_per_class=2)
    assert [len(pixels) for pixels, _ in together] == [64, 64, 5, 60]
    for labels, key_of_map, drawn in zip(maps, keys, together, strict=True):
        alone = sample(labels, 6, key_of_map, 20, 64, min_per_class=2)
        assert all(map(torch.equal, drawn, alone))
    # 6 classes of 57 or 58 pixels: 64 // 6 each; 31, 31 and 28: 20 each; nothing known; all single.
    assert counts(together[0][1]) == dict.fromkeys(range(6), 10) | {-1: 4}
    assert counts(together[1][1]) == {0: 20, 1: 20, 2: 20, -1: 4}
    assert counts(together[2][1]) == {-1: 5} and counts(together[3][1]) == {-1: 60}


def test_a_draw_by_hand():
    """The order of before: by hashes of position and key, class after class."""
    labels = torch.tensor([1, 0, 1, 1, 0, 2, 1])
    pixels, classes = sample(labels, None, key(seed=3, step=7), 2, 6)
    ranks = [hash_of(position ^ 99578500) for position in range(7)]
    ones, zeros = (
        sorted((p for p in range(7) if labels[p] == c), key=ranks.__getitem__)[:2] for c in (1, 0)
    )
    assert pixels.tolist() == [*zeros, *ones, 5, 0] and classes.tolist() == [0, 0, 1, 1, 2, -1]


def hash_of(x):
    for _ in range(2):
        x = ((x ^ (x >> 16)) * 0x45D9F3B) & (2**32 - 1)
    return x ^ (x >> 16)


def test_seed_step_and_stream_select_the_draw():
    labels = torch.arange(4000) % 4
    draw = lambda **kwargs: sample(labels, None, key(**kwargs), 100, 1024)[0]  # noqa: E731
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
