import fresh_process
import pytest
import torch
import torch.distributed as dist
from torch.nn import functional as F

from projects.ecgan.models.layers import ParameterFreeBatchNorm


def draw(*shape, dtype=torch.float32, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype) * 2 + 1


def run(x, upstream, norm):
    """Outputs and input gradient."""
    x = x.clone(memory_format=torch.preserve_format).requires_grad_()
    y = norm(x)
    (gradient,) = torch.autograd.grad(y, x, upstream)
    return y.detach(), gradient


def test_by_hand_and_running_statistics():
    norm = ParameterFreeBatchNorm(1).train()
    x = torch.tensor([1.0, 3.0, 5.0, 7.0]).view(2, 1, 1, 2)
    y = norm(x)
    # mean 4, biased variance 5, unbiased 20 / 3; momentum 0.1 from 0 and 1
    torch.testing.assert_close(y.flatten(), torch.tensor([-3.0, -1, 1, 3]) / 5.00001**0.5)
    torch.testing.assert_close(norm.running_mean, torch.tensor([0.4]))
    torch.testing.assert_close(norm.running_var, torch.tensor([0.9 + 2 / 3]))
    assert not list(norm.parameters())


def test_evaluation_uses_the_running_statistics_and_leaves_them():
    norm = ParameterFreeBatchNorm(2).eval()
    norm.running_mean.copy_(torch.tensor([1.0, -1.0]))
    norm.running_var.copy_(torch.tensor([4.0, 0.25]))
    y = norm(torch.full((1, 2, 2, 2), 3.0))
    torch.testing.assert_close(y[0, :, 0, 0], torch.tensor([1.0, 8.0]), rtol=1e-4, atol=1e-4)
    assert norm.running_mean.tolist() == [1.0, -1.0]


@pytest.mark.parametrize('dtype', [torch.float64, torch.float32, torch.bfloat16])
def test_channels_last_equals_contiguous(dtype):
    x, upstream = draw(3, 5, 48, 64, dtype=dtype), draw(3, 5, 48, 64, dtype=dtype, seed=1)
    plain, last = ParameterFreeBatchNorm(5).to(torch.float64), ParameterFreeBatchNorm(5)
    expected = run(x.double(), upstream.double(), plain)
    if dtype == torch.float64:
        last.double()
    found = run(x.to(memory_format=torch.channels_last), upstream, last)
    tolerance = {torch.float64: 1e-12, torch.float32: 2e-6, torch.bfloat16: 2e-2}[dtype]
    for ours, theirs in zip(found, expected):
        assert ours.dtype == dtype
        assert ours.is_contiguous(memory_format=torch.channels_last)
        torch.testing.assert_close(ours.double(), theirs, rtol=tolerance, atol=tolerance)
    for name in ('running_mean', 'running_var'):
        ours, theirs = getattr(last, name).double(), getattr(plain, name)
        torch.testing.assert_close(ours, theirs, rtol=max(tolerance, 1e-6) / 2, atol=1e-6)


def test_channels_last_rounds_no_more_than_contiguous():
    """PyTorch's kernel for channels-last features is a hundred times less exact here."""
    x, upstream = draw(1, 8, 256, 256), draw(1, 8, 256, 256, seed=1)
    exact = run(x.double(), upstream.double(), ParameterFreeBatchNorm(8).double())
    found = run(x.to(memory_format=torch.channels_last), upstream, ParameterFreeBatchNorm(8))
    for ours, theirs in zip(found, exact):
        assert (ours - theirs).abs().max() < 2e-6


def test_gradient_is_the_derivative():
    norm = ParameterFreeBatchNorm(3).double()
    x = draw(2, 3, 4, 5, dtype=torch.float64).to(memory_format=torch.channels_last)
    assert torch.autograd.gradcheck(norm, (x.requires_grad_(),))


def test_a_single_value_has_no_batch_statistics():
    with pytest.raises(ValueError, match='more than 1 value per channel'):
        ParameterFreeBatchNorm(2).train()(torch.zeros(1, 2, 1, 1))


SPLIT = (1, 3)  # samples of each rank


def normalise_on_a_rank(out):
    dist.init_process_group('gloo')
    rank = dist.get_rank()
    part = slice(0, SPLIT[0]) if rank == 0 else slice(SPLIT[0], None)
    norm = ParameterFreeBatchNorm(3).train()
    norm.running_mean.fill_(0.5)
    y, gradient = run(draw(4, 3, 6, 8)[part], draw(4, 3, 6, 8, seed=1)[part], norm)
    torch.save(dict(y=y, gradient=gradient, buffers=norm.state_dict()), f'{out}_{rank}.pth')


@pytest.mark.slow
def test_two_ranks_equal_one_process_with_the_whole_batch(tmp_path):
    out = tmp_path / 'rank'
    codes = fresh_process.run_distributed(normalise_on_a_rank, str(out), log=tmp_path / 'log.txt')
    assert codes == [0, 0], (tmp_path / 'log_0.txt').read_text()[-2000:]
    ranks = [torch.load(f'{out}_{rank}.pth', weights_only=True) for rank in (0, 1)]

    norm = ParameterFreeBatchNorm(3).train()
    norm.running_mean.fill_(0.5)
    y, gradient = run(draw(4, 3, 6, 8), draw(4, 3, 6, 8, seed=1), norm)
    torch.testing.assert_close(torch.cat([r['y'] for r in ranks]), y)
    torch.testing.assert_close(torch.cat([r['gradient'] for r in ranks]), gradient)
    for rank in ranks:
        for name in ('running_mean', 'running_var'):
            torch.testing.assert_close(rank['buffers'][name], getattr(norm, name))
    alone = F.batch_norm(draw(4, 3, 6, 8)[:1], None, None, training=True)
    assert not torch.allclose(ranks[0]['y'], alone, atol=1e-3)
