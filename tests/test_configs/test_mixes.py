"""Recipes of other models with ECGAN's parts: one iteration each, and nothing is left untrained."""

import pytest
from mmagic.engine.optimizers import MultiOptimWrapperConstructor
from mmagic.registry import DATASETS
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.logging import MessageHub
from mmengine.registry import DefaultScope
from pix2pix_toys import build_in_scope

SETTING = '1xb4-600iters_scenes-64x64'
TERMS = {
    'pixel-contrast': {'loss_contrast'},
    'multi-scale-contrast': {'loss_contrast'},
    'similarity': {'loss_similarity', 'loss_label'},
    'edges': {'loss_edge_pixel'},
    'multi-modality-discriminator': {'loss_gen_adversarial', 'loss_gen_feature_matching'},
}


def read(repo_root, name):
    cfg = Config.fromfile(repo_root / 'configs' / f'{name}_{SETTING}.py')
    # Narrower, so that an iteration takes little.
    for network in (cfg.model.generator, cfg.model.discriminator):
        network.base_channels = 4
    return cfg


@pytest.mark.slow
@pytest.mark.parametrize('part', TERMS)
def test_every_mix_trains_all_it_has(repo_root, part):
    cfg = read(repo_root, f'mixes/pix2pix_{part}')
    model = build_in_scope(cfg.model)
    model.init_weights()
    constructor = cfg.optim_wrapper.pop('constructor')
    assert constructor == 'MultiOptimWrapperConstructor'
    optimizers = MultiOptimWrapperConstructor(cfg.optim_wrapper)(model)
    held = [
        id(parameter)
        for wrapper in optimizers.values()
        for group in wrapper.optimizer.param_groups
        for parameter in group['params']
    ]
    assert sorted(held) == sorted(id(parameter) for parameter in model.parameters())

    with DefaultScope.overwrite_default_scope('mmagic'):
        dataset = DATASETS.build(cfg.train_dataloader.dataset)
    MessageHub.get_current_instance().update_info('iter', 0)
    logs = model.train_step(pseudo_collate([dataset[0], dataset[1]]), optimizers)
    assert set(logs) >= TERMS[part] | {'loss', 'loss_pixel'}


@pytest.mark.parametrize('part', TERMS)
def test_a_mix_is_the_plain_recipe_with_one_part_more(repo_root, part):
    plain, mix = read(repo_root, 'pix2pix/pix2pix_base16'), read(repo_root, f'mixes/pix2pix_{part}')
    assert plain.model.type == 'Pix2Pix' and mix.model.type == 'LayoutPix2Pix'
    for cfg in (plain, mix):
        cfg.model.pop('type')
    changed = {key for key in mix.model if mix.model[key] != plain.model.get(key)}
    assert changed <= {
        'contrast_loss', 'label_generator', 'similarity_loss', 'edge_generator', 'edge_transfer',
        'discriminator', 'feature_matching_loss',
    }  # fmt: skip
    rest = {key for key in mix if key != 'model'}
    assert {key: mix[key] for key in rest} == {key: plain[key] for key in rest}
