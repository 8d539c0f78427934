"""Trained models put to use."""

from .folded_generator import prepare_for_inference

__all__ = ['prepare_for_inference']
