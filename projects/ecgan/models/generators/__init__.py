"""Generators and their parts."""

from .ecgan_generator import ECGANGenerator
from .edge_guided_generator import EdgeGuidedGenerator
from .heads import AttentionEdgeTransfer, EdgeGenerator, ImageGenerator
from .semantic_preserving import SemanticPreservingModule
from .spade_generator import SPADEGenerator
from .trunk import SPADETrunk

__all__ = [
    'AttentionEdgeTransfer',
    'ECGANGenerator',
    'EdgeGenerator',
    'EdgeGuidedGenerator',
    'ImageGenerator',
    'SPADEGenerator',
    'SPADETrunk',
    'SemanticPreservingModule',
]
