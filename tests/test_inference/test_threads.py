"""Small pictures are made by one thread, and a number that somebody chose stays."""

import pytest
import torch

from projects.ecgan.inference import threads
from projects.ecgan.inference.threads import ONE_THREAD, fitting_threads


@pytest.fixture(autouse=True)
def four_threads(monkeypatch: pytest.MonkeyPatch):
    """A machine of four cores whose user has said nothing."""
    before = torch.get_num_threads()
    for name in threads.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(threads, '_FOUND', 4)
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


def threads_for(work: float) -> int:
    with fitting_threads(work):
        return torch.get_num_threads()


def test_small_work_has_one_thread_and_large_work_all() -> None:
    assert (threads_for(ONE_THREAD), threads_for(ONE_THREAD * 1.01)) == (1, 4)
    assert torch.get_num_threads() == 4


def test_the_number_comes_back_after_an_error() -> None:
    with pytest.raises(ValueError, match='no picture'), fitting_threads(1):
        raise ValueError('no picture')
    assert torch.get_num_threads() == 4


@pytest.mark.parametrize('name', threads.VARIABLES)
def test_a_variable_is_respected(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, '4')
    assert threads_for(1) == 4


def test_a_number_set_in_python_is_respected() -> None:
    torch.set_num_threads(3)
    assert threads_for(1) == 3 and torch.get_num_threads() == 3
