"""What runs a training: hooks, random-number state, and the set-up that the tools share."""

from .hooks import RandomStateHook
from .random_state import capture_random_state, restore_random_state

__all__ = ['RandomStateHook', 'capture_random_state', 'restore_random_state']
