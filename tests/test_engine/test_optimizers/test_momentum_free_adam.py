"""The optimiser is Adam with beta_1 = 0, with half of its state."""

import pytest
import torch
from mmengine.registry import OPTIMIZERS

from projects.ecgan.engine.optimizers import MomentumFreeAdam, momentum_free_adam


def shapes():
    torch.manual_seed(0)
    # More elements than a bucket holds, a matrix, a scalar, and channels-last memory.
    return [
        torch.randn(momentum_free_adam.BUCKET_ELEMENTS['cpu'] + 3),
        torch.randn(5, 7),
        torch.randn(()),
        torch.randn(4, 3, 3, 3).to(memory_format=torch.channels_last),
    ]


def train(make, steps=5):
    parameters = [torch.nn.Parameter(value.clone()) for value in shapes()]
    unused = torch.nn.Parameter(torch.ones(2))
    optimizer = make([*parameters, unused])
    generator = torch.Generator().manual_seed(1)
    for step in range(steps):
        for index, parameter in enumerate(parameters):
            # One parameter gets no gradient at first: its updates are counted by themselves.
            late = index == 1 and step < 2
            # As autograd's gradients, in the parameter's order of memory.
            grad = torch.empty_like(parameter)
            grad.copy_(torch.randn(parameter.shape, generator=generator))
            parameter.grad = None if late else grad
        optimizer.step()
    return parameters, optimizer


@pytest.fixture
def without_fused_kernel(monkeypatch):
    monkeypatch.setattr(momentum_free_adam, 'FUSED_DEVICES', set())


def adam(beta2, **kwargs):
    return lambda p: torch.optim.Adam(p, lr=1e-2, betas=(0.0, beta2), **kwargs)


@pytest.mark.parametrize('beta2', [0.0, 0.9, 0.999])
def test_equals_adam(beta2):
    ours, optimizer = train(lambda p: MomentumFreeAdam(p, lr=1e-2, beta2=beta2))
    theirs, _ = train(adam(beta2, foreach=False))
    for own, other in zip(ours, theirs):
        torch.testing.assert_close(own, other, rtol=1e-6, atol=1e-7)
    assert set(optimizer.state[ours[0]]) == {'step', 'exp_avg_sq'}
    assert [optimizer.state[p]['step'] for p in ours] == [5, 3, 5, 5]


@pytest.mark.skipif('cpu' not in momentum_free_adam.FUSED_DEVICES, reason='no fused Adam for CPUs')
def test_equals_fused_adam_bit_for_bit_and_leaves_gradients():
    ours, _ = train(lambda p: MomentumFreeAdam(p, lr=1e-2))
    theirs, _ = train(adam(0.9, fused=True))
    for own, other in zip(ours, theirs):
        assert torch.equal(own, other)
        assert torch.equal(own.grad, other.grad)


@pytest.mark.parametrize('beta2', [0.0, 0.9, 0.999])
def test_equals_adam_bit_for_bit_in_buckets(without_fused_kernel, beta2):
    ours, _ = train(lambda p: MomentumFreeAdam(p, lr=1e-2, beta2=beta2))
    theirs, _ = train(adam(beta2, foreach=False))
    for own, other in zip(ours, theirs):
        assert torch.equal(own, other)


def test_gradients_of_another_memory_order():
    # A weight whose gradient lies otherwise in memory, and one with gaps.
    weight = torch.randn(4, 3, 5, 5).to(memory_format=torch.channels_last)
    results = []
    for make in (lambda p: MomentumFreeAdam(p, lr=1e-2), adam(0.9, foreach=False)):
        values = weight.clone(), weight.clone()[:, :2, ::2]
        parameters = [torch.nn.Parameter(value) for value in values]
        for parameter in parameters:
            parameter.grad = torch.linspace(-1, 1, parameter.numel()).view(parameter.shape)
        make(parameters).step()
        results.append(parameters)
    for own, other in zip(*results):
        torch.testing.assert_close(own, other, rtol=1e-6, atol=1e-7)


def test_one_operation_for_all_parameters(without_fused_kernel, monkeypatch):
    sizes = [3, 100, 7]
    parameters = [torch.nn.Parameter(torch.ones(size)) for size in sizes]
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    buckets = []
    original = momentum_free_adam._update_bucket

    def update(triples, rates):
        buckets.append([len(weight) for weight, _, _ in triples])
        original(triples, rates)

    monkeypatch.setattr(momentum_free_adam, '_update_bucket', update)
    optimizer = MomentumFreeAdam(parameters)
    optimizer.step()
    assert buckets == [sizes]
    monkeypatch.setitem(momentum_free_adam.BUCKET_ELEMENTS, 'cpu', 40)
    optimizer.step()
    assert buckets[1:] == [[3], [40], [40], [20, 7]]


def test_continues_from_its_state():
    whole, _ = train(lambda p: MomentumFreeAdam(p, lr=1e-2), steps=2)
    _, optimizer = train(lambda p: MomentumFreeAdam(p, lr=1e-2), steps=2)
    fresh = MomentumFreeAdam([torch.nn.Parameter(p.detach().clone()) for p in whole])
    state = optimizer.state_dict()
    state['param_groups'][0]['params'] = list(range(len(whole)))
    fresh.load_state_dict(state)
    assert fresh.param_groups[0]['lr'] == 1e-2
    parameter = fresh.param_groups[0]['params'][0]
    assert fresh.state[parameter]['step'] == 2
    assert torch.equal(fresh.state[parameter]['exp_avg_sq'], state['state'][0]['exp_avg_sq'])


def test_closure_and_registry():
    parameter = torch.nn.Parameter(torch.tensor(3.0))
    optimizer = OPTIMIZERS.build(dict(type='MomentumFreeAdam', params=[parameter], lr=0.5))

    def closure():
        optimizer.zero_grad()
        loss = parameter**2
        loss.backward()
        return loss

    assert optimizer.step(closure) == 9
    # The first update is lr times the gradient's sign.
    torch.testing.assert_close(parameter.detach(), torch.tensor(2.5))


@pytest.mark.parametrize(
    'arguments, message',
    [(dict(lr=-1.0), 'lr .* -1'), (dict(beta2=1.0), 'beta2 .* 1'), (dict(eps=-2.0), 'eps .* -2')],
)
def test_values_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        MomentumFreeAdam([torch.nn.Parameter(torch.ones(1))], **arguments)
