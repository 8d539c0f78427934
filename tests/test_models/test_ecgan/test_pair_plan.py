"""When pairs are judged, and what they weigh: the plan by hand, and the model that follows it."""

import copy

import pytest
import torch
from ecgan_toys import (
    BARE,
    assert_same_steps,
    build_model,
    build_optimizers,
    make_batch,
    saved_by_two_ranks,
    step_with_sgd,
)
from mmengine.logging import MessageHub

from projects.ecgan.errors import ConfigError
from projects.ecgan.models.ecgan.pair_plan import PairPlan, ramp_of

ALL = ('coarse', 'image', 'edge')
RAMP = dict(start=1.0, end=0.2, begin=10, until=18)


@pytest.fixture(autouse=True)
def iteration():
    """Sets the iteration that models read."""
    hub = MessageHub.get_current_instance()
    hub.update_info('iter', 0)
    yield lambda count: hub.update_info('iter', count)
    hub.update_info('iter', 0)


def test_a_ramp_by_hand():
    ramp = ramp_of(RAMP)
    found = {i: ramp.at(i) for i in (0, 10, 12, 14, 17, 18, 1000)}
    assert found == pytest.approx({0: 1.0, 10: 1.0, 12: 0.8, 14: 0.6, 17: 0.3, 18: 0.2, 1000: 0.2})
    assert ramp.at(18) == 0.2  # without rounding
    rising = ramp_of(dict(start=0, end=2, begin=0, until=4))
    assert [rising.at(i) for i in range(6)] == [0, 0.5, 1, 1.5, 2, 2]


@pytest.mark.parametrize('value', [1.0, 0, 0.25])
def test_a_number_stays(value):
    assert {ramp_of(value).at(i) for i in (0, 1, 7, 10**6)} == {value}


@pytest.mark.parametrize(
    ('value', 'sentence'),
    [
        (-0.5, 'number of 0 or more, got -0.5'),
        ('much', "number of 0 or more, got 'much'"),
        (True, 'number of 0 or more, got True'),
        (float('nan'), 'number of 0 or more, got nan'),
        (RAMP | dict(end=-1), 'number of 0 or more, got -1'),
        (RAMP | dict(until=10), 'begin < until, got begin=10, until=10'),
        (RAMP | dict(begin=-1), 'begin < until, got begin=-1, until=18'),
        (RAMP | dict(begin=1.5), 'begin < until, got begin=1.5, until=18'),
        (dict(start=1, end=0), r'a dict of start, end, begin, until, got \{.start.: 1, .end.: 0\}'),
        (RAMP | dict(by='epoch'), r"dict of start, end, begin, until, got .*'by': 'epoch'"),
    ],
)
def test_what_is_no_weight_is_refused(value, sentence):
    with pytest.raises(ConfigError, match=f'edge_weight is to .*{sentence}'):
        PairPlan(ALL, edge_weight=value)


def test_weights_of_what_is_made():
    plan = PairPlan(ALL, edge_weight=RAMP)
    assert plan.weights(ALL, 2.0, 0) == dict(coarse=1.0, image=2.0, edge=1.0)
    assert plan.weights(ALL, 3.0, 18) == dict(coarse=1.0, image=3.0, edge=0.2)
    # lambda is against a coarse image alone; what is not judged weighs nothing.
    assert plan.weights(('image', 'edge', 'features'), 2.0, 18) == dict(image=1.0, edge=0.2)
    assert PairPlan(('image',)).weights(ALL, 2.0, 0) == dict(image=1.0)


def losses_of(model, weight):
    model.pair_plan = PairPlan(ALL, edge_weight=weight)
    found = model(**model.data_preprocessor(make_batch(), True), mode='loss')
    return {k: v.item() for k, v in found.items()}


def test_losses_hold_the_edges_by_their_weight(repo_root):
    """Both players' losses and feature matching are linear in it, and nothing else is touched."""
    model = build_model(repo_root, **BARE, **{'discriminator.init_gain': 1.0}).eval()
    by_default = {
        k: v.item()
        for k, v in model(**model.data_preprocessor(make_batch(), True), mode='loss').items()
    }
    none, half, one, triple = (losses_of(model, weight) for weight in (0.0, 0.5, 1.0, 3.0))
    assert one == by_default
    weighed = {
        'loss_disc_real', 'loss_disc_fake', 'loss_gen_adversarial', 'loss_gen_feature_matching'
    }  # fmt: skip
    for name in one:
        share = one[name] - none[name]
        assert (abs(share) > 1e-3) == (name in weighed), name
        assert half[name] == pytest.approx(none[name] + 0.5 * share, rel=1e-4, abs=1e-5)
        assert triple[name] == pytest.approx(none[name] + 3 * share, rel=1e-4, abs=1e-5)


def test_without_weight_edges_are_judged_and_teach_nothing(repo_root):
    changes = dict(BARE, edge_weight=0.0)
    b2 = {'generator.edge_transfer': None, 'generator.semantic_module': None}
    model = build_model(repo_root, **changes, **b2)
    before = [p.clone() for p in model.generator.edge_generator.parameters()]
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert 'score_fake_edge' in logs
    for old, new in zip(before, model.generator.edge_generator.parameters(), strict=True):
        assert torch.equal(old, new)


def test_an_update_takes_the_weight_of_its_iteration(repo_root, iteration):
    logs = {}
    for count, weight in ((0, RAMP), (14, RAMP), (99, RAMP), (14, 0.6), (0, 1.0), (0, 0.2)):
        iteration(count)
        model = build_model(repo_root, edge_weight=weight, **BARE)
        found = model.train_step(make_batch(), build_optimizers(repo_root, model))
        logs[count, weight if weight is not RAMP else 'ramp'] = found
    assert logs[0, 'ramp'] == logs[0, 1.0]
    assert logs[14, 'ramp'] == pytest.approx(logs[14, 0.6], rel=1e-5)
    assert logs[99, 'ramp'] == logs[0, 0.2]
    assert logs[0, 1.0] != logs[0, 0.2]


def test_what_is_due_by_hand():
    plan = PairPlan(ALL, judged_every=dict(coarse=2, edge=3))
    found = [''.join(name[0] for name in plan.due(i)) for i in range(7)]
    assert found == ['cie', 'i', 'ci', 'ie', 'ci', 'i', 'cie']
    # The discriminator's iterations before an update of the generator see the pairs that it sees.
    rounds = PairPlan(ALL, judged_every=dict(edge=2), discriminator_steps=3)
    assert ['edge' in rounds.due(i) for i in range(12)] == [True] * 3 + [False] * 3 + [True] * 3 + [
        False
    ] * 3
    assert all(PairPlan(ALL).due(i) == ALL for i in range(5))


@pytest.mark.parametrize(
    ('every', 'sentence'),
    [
        (dict(image=2), r"judged_every is for pairs of \['coarse'\], .* got 'image'"),
        (dict(edge=2), r"judged_every is for pairs of \['coarse'\], .* got 'edge'"),
        (dict(coarse=0), 'judged_every.coarse is to be a whole number of 1 or more, got 0'),
        (dict(coarse=1.5), 'of 1 or more, got 1.5'),
        (dict(coarse=True), 'of 1 or more, got True'),
    ],
)
def test_what_is_no_interval_is_refused(every, sentence):
    with pytest.raises(ConfigError, match=sentence):
        PairPlan(('coarse', 'image'), judged_every=every)


def test_a_pair_that_is_left_out_leaves_nothing_behind(repo_root, iteration):
    """Losses are those of a model that never judges it, but for lambda, which stays."""
    loud = {'discriminator.init_gain': 1.0, **BARE}
    model = build_model(repo_root, judged_every=dict(coarse=2, edge=2), **loud)
    never = build_model(repo_root, judged=('image',), **loud)
    always = build_model(repo_root, **loud)
    data = model.data_preprocessor(make_batch(), True)
    seen = []
    model.discriminator.register_forward_pre_hook(
        lambda _, args: seen.append([len(group) for group in args[1:]])
    )
    iteration(0)
    assert model(**data, mode='loss') == always(**data, mode='loss')
    iteration(1)
    found, expected = (each(**data, mode='loss') for each in (model, never))
    assert seen == [[4, 6], [2, 2]]
    for name in expected:
        # Of a model that makes one image lambda is 1.
        factor = 2.0 if name.startswith(('loss_disc', 'loss_gen')) else 1.0
        torch.testing.assert_close(found[name], factor * expected[name])


class Fading:
    """Weights of edges' own, and whether they moved in an update."""

    def __init__(self, model):
        self.model, self.before = model, None

    @property
    def weights(self):
        generator, discriminator = self.model.generator, self.model.discriminator
        parts = [generator.edge_generator, discriminator.edge_scales, discriminator.scales]
        return [[p.detach().clone() for p in part.parameters()] for part in parts]

    def moved(self):
        before, self.before = self.before or self.weights, self.weights
        return [any(not torch.equal(*pair) for pair in zip(*each)) for each in
                zip(before, self.before)]  # fmt: skip


B2 = {'generator.edge_transfer': None, 'generator.semantic_module': None}


@pytest.mark.parametrize('steps', [1, 2])
def test_weights_that_only_edges_train_wait_for_their_turn(repo_root, iteration, steps):
    model = build_model(
        repo_root,
        judged_every=dict(edge=3),
        discriminator_steps=steps,
        **{'discriminator.edge_weights': 'own', **B2, **BARE},
    )
    optimizers, fading, keys = build_optimizers(repo_root, model), Fading(model), []
    fading.moved()
    for count in range(4 * steps):
        iteration(count)
        logs = model.train_step(make_batch(seed=count), optimizers)
        keys.append('score_fake_edge' in logs and 'score_real_edge' in logs)
        due, updated = count // steps in (0, 3), (count + 1) % steps == 0
        assert fading.moved() == [due and updated, due, True]
    assert keys == [count // steps in (0, 3) for count in range(4 * steps)]


def build_own(repo_root, **changes):
    options = {'discriminator.edge_weights': 'own', 'discriminator.init_gain': 1.0}
    return build_model(repo_root, **{**options, **B2, **BARE, **changes})


PERCEIVED_EDGES = {
    'discriminator.edge_weights': 'shared',
    'judged': ('coarse', 'image'),
    'perceived': ('edge',),
    'perceived_every': dict(edge=2),
    'perceptual_loss': dict(_delete_=True, type='Brightness'),
}


@pytest.mark.parametrize('turns', [dict(judged_every=dict(edge=2)), PERCEIVED_EDGES])
def test_every_weight_has_a_gradient_in_every_update(repo_root, iteration, turns):
    """A distributed run waits for it."""
    model = build_own(repo_root, **turns)
    trained = [
        (name, p) for name, p in model.named_parameters() if p.requires_grad and 'ema' not in name
    ]
    found = set()
    for name, parameter in trained:
        parameter.register_hook(lambda _, name=name: found.add(name))
    for count in (0, 1):
        iteration(count)
        model.train_step(make_batch(), build_optimizers(repo_root, model))
        assert found == {name for name, _ in trained}
        found.clear()


def updates_of_a_rank(repo_root, out) -> None:
    import torch.distributed as dist
    from mmengine.model import MMSeparateDistributedDataParallel

    dist.init_process_group('gloo')
    rank = dist.get_rank()
    model = build_own(repo_root, judged_every=dict(edge=2))
    wrapped = MMSeparateDistributedDataParallel(model, broadcast_buffers=False)
    for count in range(4):
        whole = make_batch(4, seed=count)['inputs']
        half = {k: v[2 * rank : 2 * rank + 2] for k, v in whole.items()}
        step_with_sgd(wrapped.module, dict(inputs=half), count)
    if rank == 0:
        torch.save([p.detach() for p in wrapped.module.discriminator.parameters()], out)
    dist.destroy_process_group()


@pytest.mark.slow
def test_two_processes_leave_the_same_pairs_out_as_one(tmp_path, repo_root):
    found = saved_by_two_ranks(updates_of_a_rank, repo_root, tmp_path)
    model = build_own(repo_root, judged_every=dict(edge=2))
    before = copy.deepcopy(model.discriminator)
    for count in range(4):
        step_with_sgd(model, make_batch(4, seed=count), count)
    assert_same_steps(before, found, model.discriminator)


def test_pairs_that_are_perceived():
    assert PairPlan(ALL).perceived == ALL
    assert PairPlan(ALL, ('image', 'edge')).perceived == ('image', 'edge')
    assert PairPlan(ALL, ('edge',)).perceived == ('edge',)
    for wrong in ((), ('edges',)):
        with pytest.raises(ConfigError, match=r'perceived is to hold some of .* got \('):
            PairPlan(ALL, wrong)
    with pytest.raises(ConfigError, match=r"judged is to hold 'image' .* got \('coarse',\)"):
        PairPlan(('coarse',))


def test_pairs_are_perceived_in_their_turns():
    plan = PairPlan(('coarse', 'image'), perceived_every=dict(edge=3, image=2))
    assert [plan.compared(i) for i in range(4)] == [
        ALL,
        ('coarse',),
        ('coarse', 'image'),
        ('coarse', 'edge'),
    ]
    rounds = PairPlan(ALL, perceived_every=dict(edge=2), discriminator_steps=3)
    assert ['edge' in rounds.compared(i) for i in range(9)] == [True] * 3 + [False] * 3 + [True] * 3
    only = r"perceived_every is for pairs of \['edge'\], got 'image'"
    with pytest.raises(ConfigError, match=only):
        PairPlan(ALL, ('edge',), perceived_every=dict(image=2))
    with pytest.raises(ConfigError, match=r'perceived_every.edge is to be a whole .* got 0'):
        PairPlan(ALL, perceived_every=dict(edge=0))


def test_what_is_not_due_is_not_perceived(repo_root, iteration):
    """Losses are those of a model that never perceives it; without any pair there is no loss."""
    loss = dict(_delete_=True, type='Brightness')
    turns = build_model(repo_root, perceived_every=dict(edge=2), perceptual_loss=loss, **BARE)
    always, never = (
        build_model(repo_root, perceptual_loss=loss, perceived=pairs, **BARE)
        for pairs in (ALL, ('coarse', 'image'))
    )
    data = turns.data_preprocessor(make_batch(), True)
    found = {}
    for count, like in ((0, always), (1, never), (2, always)):
        iteration(count)
        found[count] = turns(**data, mode='loss')['loss_perceptual']
        torch.testing.assert_close(found[count], like(**data, mode='loss')['loss_perceptual'])
    assert found[1] < 0.9 * found[0]
    edges = build_model(
        repo_root, perceptual_loss=loss, perceived=('edge',), perceived_every=dict(edge=2), **BARE
    )
    iteration(1)
    assert 'loss_perceptual' not in edges(**data, mode='loss')
    wrappers = build_optimizers(repo_root, edges)
    assert 'loss_perceptual' not in edges.train_step(make_batch(), wrappers)
    iteration(2)
    assert 'loss_perceptual' in edges.train_step(make_batch(), wrappers)
