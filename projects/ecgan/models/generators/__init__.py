"""Generators and their parts."""

from .backbone_trunk import BackboneTrunk
from .ecgan_generator import ECGANGenerator
from .edge_guided_generator import EdgeGuidedGenerator
from .heads import AttentionEdgeTransfer, EdgeGenerator, ImageGenerator
from .layout_noise import LayoutNoise, plain_layout
from .semantic_preserving import SemanticPreservingModule
from .spade_generator import SPADEGenerator
from .translation_generator import TranslationGenerator
from .trunk import SPADETrunk

__all__ = [
    'AttentionEdgeTransfer',
    'BackboneTrunk',
    'ECGANGenerator',
    'EdgeGenerator',
    'EdgeGuidedGenerator',
    'ImageGenerator',
    'LayoutNoise',
    'SPADEGenerator',
    'SPADETrunk',
    'SemanticPreservingModule',
    'TranslationGenerator',
    'plain_layout',
]
