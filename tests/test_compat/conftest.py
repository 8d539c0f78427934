"""What tests of loading have in common."""

import pytest

from projects.ecgan.compat import safe_checkpoints


@pytest.fixture(params=['torch loader', 'own unpickler'])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of loading: torch's, and the one for torch < 2.6."""
    own = request.param == 'own unpickler'
    if not own and not safe_checkpoints._torch_is_safe():
        pytest.skip('this torch has no allow-list')
    monkeypatch.setattr(safe_checkpoints, '_torch_is_safe', lambda: not own)
