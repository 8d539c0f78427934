"""ECGAN in real runs: exact resume, exact repetition, several processes as one."""

import fresh_process
import pytest
import torch
from checkpoints import differences, load
from ecgan_toys import build_model, build_optimizers, make_batch

CONFIG = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'


def train(work_dir, iterations: int, *more: str) -> None:
    options = [
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


def step_of_a_rank(repo_root, out) -> None:
    """One iteration of one of two ranks, each with half of the batch."""
    import torch.distributed as dist
    from mmengine.model import MMSeparateDistributedDataParallel

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
