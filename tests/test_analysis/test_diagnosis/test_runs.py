"""Which trainings and checkpoints are meant, and which are refused."""

import shutil

import pytest
import torch
from ecgan_toys import SMOKE, write_checkpoint

from projects.ecgan.analysis.diagnosis import diagnose_runs, find_snapshots
from projects.ecgan.compat.safe_checkpoints import safe_load
from projects.ecgan.errors import CheckpointError, ConfigError, MissingFileError

PIX2PIX = 'pix2pix_base16_1xb4-600iters_scenes-64x64'
SEGMENTOR = 'unet-s3-c16_1xb8-800iters_scenes-64x64'


@pytest.fixture(scope='module')
def trained(repo_root, tmp_path_factory):
    return write_checkpoint(repo_root, tmp_path_factory.mktemp('trained'))


def diagnose(*places, batches=1):
    return list(diagnose_runs(find_snapshots([str(place) for place in places]), batches, 0, 'cpu'))


def test_work_dirs_and_configs_with_checkpoints(tmp_path, repo_root):
    smoke = repo_root / SMOKE
    for run in ('b1/seed_0', 'b2/seed_0', 'long'):
        (tmp_path / run).mkdir(parents=True)
        for iteration in (20, 100, 3):
            (tmp_path / run / f'iter_{iteration}.pth').touch()
    (tmp_path / 'long' / 'last_checkpoint').write_text(str(tmp_path / 'long' / 'iter_20.pth'))
    one = tmp_path / 'long' / 'iter_3.pth'
    places = [tmp_path / 'b1' / 'seed_0', smoke, one, tmp_path / 'long']
    found = find_snapshots([str(place) for place in places])
    assert [(each.run, each.checkpoint.name) for each in found] == [
        *(('b1/seed_0', f'iter_{n}.pth') for n in (3, 20, 100)),
        (smoke.stem, 'iter_3.pth'),
        *(('long', f'iter_{n}.pth') for n in (3, 20, 100)),
    ]
    assert [each.config for each in found] == [None] * 3 + [str(smoke)] + [None] * 3
    # Two checkpoints of a training are one run; of two, two.
    other = tmp_path / 'b2' / 'seed_0' / 'iter_3.pth'
    more = [str(smoke), str(one), str(smoke), str(one.with_name('iter_20.pth'))]
    assert [each.run for each in find_snapshots(more)] == [smoke.stem] * 2
    runs = [each.run for each in find_snapshots([*more, str(smoke), str(other)])]
    assert runs[0] == runs[1] == f'{smoke.stem} ({one.parent})' and runs[2] != runs[0]


def test_places_that_do_not_do(tmp_path, repo_root):
    smoke = str(repo_root / SMOKE)
    with pytest.raises(ConfigError, match=f'no checkpoints iter_N.pth .* in {tmp_path}'):
        find_snapshots([str(tmp_path)])
    for rest in ([], [str(tmp_path)]):
        with pytest.raises(ConfigError, match='to be followed by a checkpoint, or to be a work'):
            find_snapshots([smoke, *rest])
    with pytest.raises(MissingFileError, match=r'checkpoint none\.pth does not exist'):
        find_snapshots([smoke, 'none.pth'])
    with pytest.raises(MissingFileError, match=r'config missing.* does not exist'):
        find_snapshots(['missing', 'none.pth'])


def test_a_checkpoint_with_the_config_that_it_carries(trained, repo_root):
    (carried,), (named,) = diagnose(trained.parent), diagnose(repo_root / SMOKE, trained)
    assert carried['iteration'] == 2 and carried['num_batches'] == 1 and carried['num_layouts'] == 2
    assert carried['run'] == trained.parent.name and named['run'].startswith('ecgan_smoke')
    assert {k: v for k, v in carried.items() if k != 'run'} == {
        k: v for k, v in named.items() if k != 'run'
    }
    assert diagnose(trained.parent, batches=2)[0]['batches'] != carried['batches']


def test_the_generator_in_training_not_its_average(trained, tmp_path):
    content = safe_load(trained)
    for name, value in content['state_dict'].items():
        if name.startswith('generator_ema.') and value.is_floating_point():
            value.add_(1.0)
    torch.save(content, tmp_path / 'iter_2.pth')
    (found,), (expected,) = diagnose(tmp_path), diagnose(trained.parent)
    for key in ('gradients', 'gates', 'edges', 'discriminator'):
        assert found[key] == expected[key]
    with torch.no_grad():
        content['state_dict']['generator.edge_generator.to_edge.bias'].add_(1.0)
    torch.save(content, tmp_path / 'iter_2.pth')
    assert diagnose(tmp_path)[0]['edges'] != expected['edges']


def test_the_iteration_is_the_checkpoint_s(trained, tmp_path):
    content = safe_load(trained)
    content['meta']['iter'] = 70
    torch.save(content, tmp_path / 'epoch_1.pth')
    assert diagnose(tmp_path)[0]['iteration'] == 70
    del content['meta']['iter']
    torch.save(content, tmp_path / 'epoch_1.pth')
    with pytest.raises(CheckpointError, match=r'epoch_1\.pth nor its name says of which iteration'):
        diagnose(tmp_path)


@pytest.mark.parametrize(('recipe', 'kind'), [(PIX2PIX, 'Pix2Pix'), (SEGMENTOR, 'EncoderDecoder')])
def test_other_models_are_refused_in_a_sentence(trained, recipe, kind):
    with pytest.raises(
        ConfigError, match=rf'{recipe} trains a model of type \S*{kind}.*only ECGAN'
    ):
        diagnose(recipe, trained)


def test_checkpoints_that_do_not_fit(trained, tmp_path, repo_root):
    path = tmp_path / 'iter_2.pth'
    content = safe_load(trained)
    for name in [name for name in content['state_dict'] if name.startswith('discriminator.')]:
        del content['state_dict'][name]
    torch.save(content, path)
    with pytest.raises(CheckpointError, match=r'not that of a training .* are missing \(discrim'):
        diagnose(tmp_path)
    shutil.copy(trained, path)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(CheckpointError, match=r'iter_2\.pth is cut short or damaged'):
        diagnose(repo_root / SMOKE, path)
