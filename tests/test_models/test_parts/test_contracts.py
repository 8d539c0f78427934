"""A part that does not fit is refused with one sentence."""

import pytest
from torch import nn

from projects.ecgan.errors import ConfigError
from projects.ecgan.models.discriminators import MultiModalityDiscriminator
from projects.ecgan.models.generators import ECGANGenerator, SPADEGenerator, SPADETrunk
from projects.ecgan.models.label_generators import LabelGenerator
from projects.ecgan.models.parts import contracts


@pytest.mark.parametrize(
    ('part', 'contract'),
    [
        (lambda: ECGANGenerator(4, 3, base_channels=4), contracts.FeatureGenerator),
        (lambda: SPADEGenerator(4, base_channels=4), contracts.FeatureGenerator),
        (lambda: SPADETrunk(4, base_channels=4), contracts.Trunk),
        (lambda: MultiModalityDiscriminator(4, base_channels=4), contracts.Discriminator),
        (lambda: LabelGenerator(3, base_channels=8), contracts.LabelGenerator),
    ],
)
def test_own_parts_fit(part, contract):
    contracts.check_part(part(), contract, 'never said')


def test_another_signature_is_refused():
    with pytest.raises(
        ConfigError, match=r'Conv2d is no Discriminator: its forward takes \(input\), '
    ):
        contracts.check_part(nn.Conv2d(1, 1, 1), contracts.Discriminator, 'wrap it')


def test_lacking_attributes_are_named():
    class Plain(nn.Module):
        def forward(self, layout, return_features=()):
            return dict(image=layout)

    contracts.check_part(Plain(), contracts.Generator, 'never said')
    with pytest.raises(
        ConfigError, match=r'no feature_channels, feature_names_fine_to_coarse; turn'
    ):
        contracts.check_part(Plain(), contracts.FeatureGenerator, 'turn contrast off')
