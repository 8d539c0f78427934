"""ECGAN in real runs: exact resume, exact repetition, several processes as one."""

from collections.abc import Sequence
from itertools import islice

import fresh_process
import pytest
import torch
from checkpoints import differences, load
from ecgan_toys import build_model, build_optimizers, make_batch
from mmagic.engine.optimizers import MultiOptimWrapperConstructor
from mmengine.config import Config
from mmengine.dataset import InfiniteSampler
from mmengine.model import MMSeparateDistributedDataParallel
from mmengine.optim import OptimWrapperDict

CONFIG = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'


# Weights and turns of pairs that the iteration decides on, not in step with the 4 that a part has.
PLAN = [
    'model.edge_weight._delete_=True',  # scenes' recipes have a number
    'model.edge_weight.start=2.0',
    'model.edge_weight.end=0.25',
    'model.edge_weight.begin=1',
    'model.edge_weight.until=7',
    'model.judged_every.coarse=2',
    'model.judged_every.edge=3',
]


def train(work_dir, iterations: int, *more: str, changes: Sequence[str] = ()) -> None:
    options = [
        *changes,
        f'train_cfg.max_iters={iterations}',
        'train_cfg.val_interval=1000',
        # The whole schedule is that of 8 iterations, however far a run goes.
        'param_scheduler.begin=4',
        'param_scheduler.end=8',
        'default_hooks.checkpoint.interval=4',
        'train_dataloader.num_workers=1',
    ]
    argv = [CONFIG, '--work-dir', str(work_dir), *more, '--cfg-options', *options]
    log = work_dir.with_suffix('.log')
    assert fresh_process.run(fresh_process.run_script, 'tools/train.py', argv, log=log) == 0, (
        log.read_text()[-2000:]
    )


@pytest.mark.slow
def test_resumed_run_equals_undisturbed_run_and_repeats(tmp_path):
    train(tmp_path / 'whole', 8)
    train(tmp_path / 'again', 8)
    whole = load(tmp_path / 'whole', 8)
    assert any('generator_ema' in key for key in whole['state_dict'])
    assert set(whole['optimizer']) == {'generator', 'discriminator'}
    assert differences(whole, load(tmp_path / 'again', 8)) == []

    train(tmp_path / 'parts', 4)
    train(tmp_path / 'parts', 8, '--resume')
    assert differences(whole, load(tmp_path / 'parts', 8)) == []
    assert differences(whole, load(tmp_path / 'parts', 4)) != []


@pytest.mark.slow
def test_a_resumed_run_goes_on_with_the_plan_of_its_pairs(tmp_path):
    train(tmp_path / 'whole', 8, changes=PLAN)
    train(tmp_path / 'parts', 4, changes=PLAN)
    train(tmp_path / 'parts', 8, '--resume', changes=PLAN)
    whole, parts = (load(tmp_path / name, 8) for name in ('whole', 'parts'))
    assert differences(whole, parts) == []
    train(tmp_path / 'plain', 8)
    assert differences(whole, load(tmp_path / 'plain', 8)) != []


def step_of_a_rank(repo_root, out) -> None:
    """One iteration of one of two ranks, each with half of the batch."""
    import torch.distributed as dist

    dist.init_process_group('gloo')
    rank = dist.get_rank()
    model = build_model(repo_root)
    optimizers = build_optimizers(repo_root, model)
    model = MMSeparateDistributedDataParallel(model, broadcast_buffers=False)
    whole = make_batch(4)
    half = dict(inputs={k: v[2 * rank : 2 * rank + 2] for k, v in whole['inputs'].items()})
    model.train_step(half, optimizers)
    if rank == 0:
        state = {k.replace('.module.', '.'): v for k, v in model.module.state_dict().items()}
        torch.save(state, out)
    dist.destroy_process_group()


@pytest.mark.slow
def test_two_processes_equal_one_with_the_whole_batch(tmp_path, repo_root):
    out = tmp_path / 'state.pth'
    log = tmp_path / 'rank.log'
    codes = fresh_process.run_distributed(step_of_a_rank, repo_root, str(out), log=log)
    assert codes == [0, 0], (tmp_path / 'rank_0.log').read_text()[-2000:]
    model = build_model(repo_root)
    initial = {k: v.clone() for k, v in model.state_dict().items()}
    model.train_step(make_batch(4), build_optimizers(repo_root, model))
    found = torch.load(out, weights_only=True)
    expected = {k.replace('.module.', '.'): v for k, v in model.state_dict().items()}
    assert found.keys() == expected.keys()
    statistics = [k for k in expected if 'running_' in k]
    assert statistics
    for key in statistics:
        torch.testing.assert_close(found[key], expected[key], atol=1e-5, rtol=1e-4)
    # Adam's first step is +-lr whatever the gradient's size, so compare the directions where the
    # gradient is more than rounding: nearly all weights step the same way.
    initial = {k.replace('.module.', '.'): v for k, v in initial.items()}
    for part in ('generator.', 'discriminator.', 'label_generator.', 'contrast_loss.'):
        weights = [k for k in expected if k.startswith(part) and expected[k].dim() > 1]
        steps = [torch.cat([(s[k] - initial[k]).flatten() for k in weights])
                 for s in (found, expected)]  # fmt: skip
        assert (steps[0].sign() == steps[1].sign()).float().mean() > 0.99, part


PLAIN, BFLOAT16 = 'OptimWrapper', 'Bfloat16OptimWrapper'


def sgd(repo_root, model, wrapper: str, accumulate: int) -> OptimWrapperDict:
    """The recipe's two groups of parameters under SGD, whose step is the gradient."""
    cfg = Config.fromfile(repo_root / 'configs/_base_/optimizers/adam_two_rates.py').optim_wrapper
    cfg.pop('constructor')
    for part in cfg.values():
        part.update(type=wrapper, accumulative_counts=accumulate)
        part.optimizer = dict(type='SGD', lr=0.1)
    return MultiOptimWrapperConstructor(cfg)(model)


def uneven_batch(seed: int) -> dict:
    """Four layouts; the regions of the last two, the second rank's, are of one class only."""
    batch = make_batch(4, seed)
    for label in batch['inputs']['label'][2:]:
        label[:, :24] = 1
    return batch


def updates(repo_root, wrapper: str, accumulate: int, share: slice) -> dict[str, torch.Tensor]:
    """What one update of SGD adds to the weights, after ``accumulate`` batches of a share each."""
    model = build_model(repo_root)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    optimizers = sgd(repo_root, model, wrapper, accumulate)
    trained = model
    if torch.distributed.is_initialized():
        trained = MMSeparateDistributedDataParallel(model, broadcast_buffers=False)
    for seed in range(accumulate):
        whole = uneven_batch(seed)['inputs']
        trained.train_step(dict(inputs={k: v[share] for k, v in whole.items()}), optimizers)
    after = {k.replace('.module.', '.'): v for k, v in model.state_dict().items()}
    before = {k.replace('.module.', '.'): v for k, v in before.items()}
    return {k: after[k] - before[k] for k in before if before[k].is_floating_point()}


def updates_of_a_rank(repo_root, wrapper: str, accumulate: int, out: str) -> None:
    torch.distributed.init_process_group('gloo')
    rank = torch.distributed.get_rank()
    found = updates(repo_root, wrapper, accumulate, slice(2 * rank, 2 * rank + 2))
    torch.save(found, f'{out}_{rank}')
    torch.distributed.destroy_process_group()


@pytest.mark.slow
@pytest.mark.parametrize('accumulate', [1, 2])
@pytest.mark.parametrize(('wrapper', 'tolerance'), [(PLAIN, 2e-3), (BFLOAT16, 0.1)])
def test_two_processes_step_as_one(tmp_path, repo_root, wrapper, tolerance, accumulate):
    out, log = tmp_path / 'updates', tmp_path / 'rank.log'
    args = (repo_root, wrapper, accumulate, str(out))
    codes = fresh_process.run_distributed(updates_of_a_rank, *args, log=log)
    assert codes == [0, 0], (tmp_path / 'rank_0.log').read_text()[-2000:]
    ranks = [torch.load(f'{out}_{rank}', weights_only=True) for rank in (0, 1)]
    expected = updates(repo_root, wrapper, accumulate, slice(None))
    trained = [k for k, v in expected.items() if 'running_' not in k and v.abs().sum() > 0]
    for part in ('generator.', 'discriminator.', 'label_generator.', 'contrast_loss.'):
        names = [name for name in trained if name.startswith(part) and expected[name].dim() > 1]
        assert names, part
        first, second, one = (
            torch.cat([step[name].flatten() for name in names]) for step in (*ranks, expected)
        )
        assert torch.equal(first, second), part
        error = (first - one).norm() / one.norm()
        assert error < tolerance, f'{part} {error}'


@pytest.mark.parametrize('length', [5, 8])
def test_ranks_share_a_data_set_of_any_length(length):
    """Batch k of two ranks together is batch k of one process with twice the batch size."""

    def stream(rank: int, ranks: int) -> list[int]:
        sampler = InfiniteSampler(range(length), seed=3)
        sampler.rank, sampler.world_size = rank, ranks
        return list(islice(sampler._indices_of_rank(), 24 // ranks))

    whole, ranks = stream(0, 1), [stream(rank, 2) for rank in (0, 1)]
    for start in range(0, 12, 2):
        joint = [index for rank in ranks for index in rank[start : start + 2]]
        assert sorted(joint) == sorted(whole[2 * start : 2 * start + 4])
