import json

import fresh_process
import pytest
import torch
from evaluation_toys import ToyGenerator, trained, write_run_config
from mmengine.config import Config
from mmengine.runner import Runner
from tool_modules import load_tool

from projects.ecgan.errors import MissingFileError
from projects.ecgan.evaluation import LayoutMetric, evaluate_and_report
from projects.ecgan.recipes.names import configs_folder
from projects.ecgan.reports import read_report
from projects.ecgan.weights import file_sha256


@pytest.fixture(scope='module')
def run_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('report')
    torch.save({'state_dict': trained(ToyGenerator()).state_dict()}, folder / 'model.pth')
    return folder


def _runner(folder, **options):
    config = Config.fromfile(write_run_config(folder))
    config.work_dir = str(folder / options.pop('work_dir', 'work'))
    config.load_from = str(folder / 'model.pth')
    config.merge_from_dict(options)
    return Runner.from_cfg(config)


def test_report_of_a_perfect_model(run_folder):
    runner = _runner(run_folder, experiment_name='perfect')
    trained_model = runner.model
    report = evaluate_and_report(runner, num_samples=3)
    assert runner.model is trained_model
    written = json.loads((run_folder / 'work' / 'report.json').read_text())

    assert written['generated']['mIoU'] == written['real']['mIoU'] == 1.0
    # The untrained model paints class 0 everywhere, like the coarse image of the trained one.
    assert written['untrained']['mIoU'] == written['coarse']['mIoU'] < 0.1
    assert written['generated']['per_class']['sky'] == {'IoU': 1.0, 'Acc': 1.0}
    assert written['coarse']['per_class']['sky']['IoU'] == pytest.approx(written['coarse']['aAcc'])
    # Equal images: an infinite PSNR is no JSON.
    assert written['generated']['PSNR'] is None
    assert report['generated']['PSNR'] == float('inf')
    assert written['generated']['segmentor-FID'] == pytest.approx(0, abs=1e-6)
    # A metric of MMagic's own runs in the same loop.
    assert written['generated']['SWD/avg'] >= 0
    assert written['evaluation_seconds'] > 0
    few, equal, *of_untrained = written['remarks']
    assert few.startswith('segmentor-FID and segmentor-KID are of 5 images, fewer than 2000')
    assert equal == '5 of 5 images equal their photos, so the mean PSNR is infinite'
    assert not of_untrained
    _check_protocol(written['protocol'], run_folder)


def test_what_changed_in_the_training_is_in_the_report(run_folder):
    lines = ['iteration 4: train_cfg.max_iters: 4 -> 12']
    state = trained(ToyGenerator()).state_dict()
    torch.save({'state_dict': state, 'meta': {'continued': lines}}, run_folder / 'continued.pth')
    options = dict(experiment_name='continued', load_from=str(run_folder / 'continued.pth'))
    runner = _runner(run_folder, work_dir='continued', **options)
    evaluate_and_report(runner, untrained_seed=None)
    assert read_report(run_folder / 'continued')['protocol']['continued'] == lines
    assert lines[0] in (run_folder / 'continued' / 'report.md').read_text()


def _check_protocol(protocol, folder):
    assert protocol['checkpoint_sha256'] == file_sha256(folder / 'model.pth')
    assert protocol['config'] == str(folder / 'toy_0.py')
    assert (protocol['num_images'], protocol['image_size']) == (5, [16, 16])
    assert protocol['classes'] == ['sky', 'wall', 'road', 'tree']
    assert (protocol['label_mapping'], protocol['ignore_index']) == ('identity', 255)
    # One pixel of each of the 5 layouts is unknown.
    assert protocol['label_pixels'] == 5 * (16 * 16 - 1)
    assert protocol['segmentor']['checkpoint_sha256'] == file_sha256(folder / 'grey.pth')
    assert protocol['segmentor']['input_policy'] == 'native'
    assert protocol['feature_network']['type'] == 'segmentor'
    assert protocol['precision'] == 'float32'
    assert protocol['packages']['torch'] == torch.__version__.partition('+')[0]


def test_readable_report_and_grid(run_folder):
    import cv2

    text = (run_folder / 'work' / 'report.md').read_text()
    assert '| metric | generated | coarse | real | untrained |' in text
    assert '| mIoU | 1.0000 | ' in text
    assert '| images | 5 | 5 | 5 | 5 |' in text
    # No number, and why.
    assert '| PSNR | - | - | - | ' in text
    assert '- 5 of 5 images equal their photos, so the mean PSNR is infinite' in text
    assert '| sky | 1.0000 | ' in text
    assert '| segmentor.input_policy | native |' in text
    grid = cv2.imread(str(run_folder / 'work' / 'samples.png'))
    # Three rows, and columns layout, coarse, final and photo.
    assert grid.shape[1] > grid.shape[0] > 3 * 16
    assert not list((run_folder / 'work').glob('.*.tmp'))


def test_untrained_measurement_keeps_the_random_state(run_folder):
    from projects.ecgan.evaluation.report import measure_untrained

    runner = _runner(run_folder, experiment_name='random')
    state = torch.get_rng_state()
    measure_untrained(runner, seed=3)
    assert torch.get_rng_state().equal(state)


def test_metrics_follow_the_model_that_is_measured(run_folder):
    """A loop prepares its metrics once; those that ask the model themselves have to be told."""

    class Weight(LayoutMetric):
        def follow(self, module):
            self.module = module

        def process(self, data_batch, data_samples):
            self.results.append(self.module.weight.item())

        def compute_metrics(self, rows):
            return {'weight': rows[0]}

    runner = _runner(run_folder, experiment_name='follow', work_dir='follow')
    metric = Weight()
    runner.test_loop.evaluators[0].metrics.append(metric)
    report = evaluate_and_report(runner)
    assert report['generated']['weight'] == runner.model.weight.item()
    torch.manual_seed(0)
    assert report['untrained']['weight'] == ToyGenerator().weight.item()
    assert metric.module is runner.model


def test_an_ignored_class_is_in_no_table_of_the_report(run_folder):
    options = {'test_evaluator.0.ignore_index': (0, 255), 'experiment_name': 'ignored'}
    runner = _runner(run_folder, work_dir='ignored', **options)
    report = evaluate_and_report(runner, untrained_seed=None)
    assert list(report['generated']['per_class']) == ['wall', 'road', 'tree']
    assert report['protocol']['classes'] == ['wall', 'road', 'tree']
    text = (run_folder / 'ignored' / 'report.md').read_text()
    assert '| wall |' in text and '| sky |' not in text
    assert '- ignore_index (0, 255) leaves sky out of every mean and table' in text
    # The coarse image is sky alone: nothing of the others was found.
    assert report['coarse']['mIoU'] == 0


def test_the_report_counts_what_was_measured(run_folder):
    options = {'test_dataloader.drop_last': True, 'experiment_name': 'dropped'}
    report = evaluate_and_report(_runner(run_folder, work_dir='dropped', **options), None)
    assert report['protocol']['num_images'] == 4
    assert sum('4 of 5 images were measured' in each for each in report['remarks']) == 1


@pytest.mark.slow
def test_tool_writes_the_report(run_folder, tmp_path):
    config, log = str(write_run_config(run_folder, wrong=1)), tmp_path / 'log.txt'
    arguments = [config, 'model.pth', '--work-dir', 'wrong', '--out', 'wrong.json']
    call = (fresh_process.run_script, 'tools/test.py', arguments, None, str(run_folder))
    assert fresh_process.run(*call, log=log) == 0, log.read_text()
    report = read_report(run_folder / 'wrong')
    assert report['untrained']['mIoU'] < report['generated']['mIoU'] < report['real']['mIoU'] == 1
    text = (run_folder / 'wrong.json').read_text()
    assert json.loads(text)['remarks'] == report['remarks']
    assert 'Infinity' not in text and 'NaN' not in text


def test_missing_segmentor_weights_are_one_line(repo_root, run_folder, monkeypatch, capsys):
    tool = load_tool('test.py')
    monkeypatch.setenv('LOCAL_RANK', '0')
    option = 'test_evaluator.0.segmentor.checkpoint=absent.pth'
    arguments = [str(write_run_config(run_folder)), str(run_folder / 'model.pth')]
    arguments += ['--work-dir', str(run_folder / 'absent'), '--cfg-options', option]
    assert tool.main(arguments) == 2
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .startswith('error: Weights of the segmentor grey not found: absent.pth')
    )


def test_validation_saves_the_best_checkpoint_and_scalars(run_folder):
    runner = _runner(run_folder, experiment_name='train', work_dir='train', load_from=None)
    runner.train()
    work = run_folder / 'train'
    assert [path.name for path in work.glob('best*')] == ['best_generated_mIoU_iter_1.pth']
    assert runner.message_hub.get_info('best_score') == 1.0
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = next(work.glob('*/vis_data/events*'))
    scalars = EventAccumulator(str(events))
    scalars.Reload()
    assert [event.value for event in scalars.Scalars('generated/mIoU')] == [1.0, 1.0]


def test_training_stops_before_it_starts_without_the_segmentor(run_folder):
    runner = _runner(
        run_folder,
        experiment_name='absent',
        load_from=None,
        **{'val_evaluator.0.segmentor.checkpoint': 'absent.pth'},
    )
    with pytest.raises(MissingFileError, match=r'grey not found: absent\.pth'):
        runner.train()
    assert runner.iter == 0


def test_a_recipe_of_the_package_goes_by_its_name():
    from projects.ecgan.evaluation.report import _config_name

    recipe = configs_folder() / 'ecgan' / 'a.py'
    assert _config_name(str(recipe)) == 'ecgan::ecgan/a.py'
    for other in ('configs/ecgan/a.py', '/elsewhere/a.py', None):
        assert _config_name(other) == other
