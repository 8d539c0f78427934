"""Parts that do not fit their place are refused with the adapter to write."""

import pytest
from ecgan_toys import build_model
from mmagic.registry import MODELS
from torch import nn

from projects.ecgan.errors import ConfigError

BARE_UNET = dict(type='UnetGenerator', in_channels=5, out_channels=3, num_down=5)
UNET = dict(_delete_=True, **BARE_UNET)
PATCH = dict(_delete_=True, type='PatchDiscriminator', in_channels=8)
WRAPPED_UNET = (
    r"UnetGenerator is no {}: .*; wrap it: generator=dict\(type='TranslationGenerator', "
    r"network=dict\(type='UnetGenerator', \.\.\.\)"
)


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (
            dict(generator=UNET),
            WRAPPED_UNET.format('FeatureGenerator') + '.* or turn contrast_loss',
        ),
        (dict(generator=UNET, contrast_loss=None), WRAPPED_UNET.format('Generator')),
        (
            dict(discriminator=PATCH),
            r'PatchDiscriminator is no Discriminator: its forward takes \(x\), .*; wrap it: '
            r"discriminator=dict\(type='PairDiscriminator', network=dict\(type='PatchDiscr",
        ),
        (
            dict(label_generator=dict(_delete_=True, type='AttentionEdgeTransfer')),
            r'AttentionEdgeTransfer is no LabelGenerator: .*FrozenSegmentor',
        ),
        (
            {'generator.trunk': BARE_UNET},
            r"UnetGenerator is no Trunk: it has no out_channels, .*; wrap it: trunk=dict\(type='"
            r"BackboneTrunk', backbone=dict\(type='UnetGenerator', \.\.\.\)\)",
        ),
        (
            {'contrast_loss.feature_names': ('up_3', 'up_2', 'up_1', 'down_0')},
            r"given \('up_3', 'up_2', 'up_1', 'down_0'\); the generator offers \['head', ",
        ),
        (
            {'contrast_loss.feature_names': ('up_3', 'up_2', 'up_1', 'up_0')}
            | {'contrast_loss.in_channels': (4, 8, 16, 64)},
            r"in_channels of MultiScaleContrastLoss is 64 for 'up_0', the generator has 32",
        ),
    ],
)
def test_what_does_not_fit_is_refused(repo_root, changes, message):
    with pytest.raises(ConfigError, match=message):
        build_model(repo_root, **changes)


def test_plain_generator_trains_without_contrast(repo_root):
    @MODELS.register_module(force=True)
    class LayoutAsImage(nn.Module):
        def __init__(self, layout_channels):
            super().__init__()
            self.conv = nn.Conv2d(layout_channels, 3, 1)

        def forward(self, layout, return_features=()):
            return dict(image=self.conv(layout.one_hot()))

    own = dict(_delete_=True, type='LayoutAsImage')
    assert build_model(repo_root, generator=own, contrast_loss=None).generator.conv.in_channels == 5
    with pytest.raises(ConfigError, match='has no feature_channels, feature_names_fine_to_coarse'):
        build_model(repo_root, generator=own)
