"""Trained models put to use."""

from .export import Agreement
from .fold_generator_hook import FoldGeneratorHook
from .folded_generator import prepare_for_inference
from .folder_generation import Outcome, generate_files, write_grid
from .formats import export_checkpoint
from .generated_picture import GeneratedPicture
from .inferencer import ECGANInferencer
from .label_map_generator import LabelMapGenerator
from .model_names import box_models, find_model
from .seeds import Seeds

__all__ = [
    'Agreement',
    'ECGANInferencer',
    'FoldGeneratorHook',
    'GeneratedPicture',
    'LabelMapGenerator',
    'Outcome',
    'Seeds',
    'box_models',
    'export_checkpoint',
    'find_model',
    'generate_files',
    'prepare_for_inference',
    'write_grid',
]
