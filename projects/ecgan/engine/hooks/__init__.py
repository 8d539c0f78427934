"""Hooks of the training loop."""

from .rng_state_hook import RandomStateHook

__all__ = ['RandomStateHook']
