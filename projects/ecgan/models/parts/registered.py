"""Parts that are known by now, before all of the toolbox's are imported to look for others."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from mmengine.registry import Registry

Made = TypeVar('Made')


def from_registered(make: Callable[[], Made], *registries: Registry) -> Made:
    """What a function makes, which looks parts up in registries.

    A registry imports all that might be registered at its first look-up; the toolbox's models and
    data sets take longer for that than the rest of an inference does. This project's own parts are
    registered by the import of their rooms. Where the function meets one that is not, a KeyError,
    everything is imported and it is called again.

    Args:
        make: Called without arguments, and perhaps once more.
        *registries: Those that import nothing the first time.

    Returns:
        What the function returns.
    """
    try:
        with ExitStack() as stack:
            for registry in registries:
                stack.enter_context(_alone(registry))
            return make()
    except KeyError:
        return make()


@contextmanager
def _alone(registry: Registry) -> Iterator[None]:
    """Nothing is imported for it, nor looked up above: MMEngine has others of some names."""
    before = registry._imported, registry.parent
    registry._imported, registry.parent = True, None
    try:
        yield
    finally:
        registry._imported, registry.parent = before
