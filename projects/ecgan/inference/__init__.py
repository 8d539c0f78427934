"""Trained models put to use."""

from .export import Agreement, LabelMapGenerator, export_checkpoint
from .files import Outcome, generate_files, write_grid
from .fold_generator_hook import FoldGeneratorHook
from .folded_generator import prepare_for_inference
from .inferencer import ECGANInferencer, GeneratedPicture

__all__ = [
    'Agreement',
    'ECGANInferencer',
    'FoldGeneratorHook',
    'GeneratedPicture',
    'LabelMapGenerator',
    'Outcome',
    'export_checkpoint',
    'generate_files',
    'prepare_for_inference',
    'write_grid',
]
