"""mmcv-lite: operators import and fail only when they are called."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from stock import stock_module

from projects.ecgan.compat import missing_ops

needs_lite = pytest.mark.skipif(
    not missing_ops.DEFECT.needed(), reason='this mmcv has its operators'
)


@needs_lite
def test_stock_loader_cannot_load_the_extension() -> None:
    with pytest.raises(ModuleNotFoundError, match=r'mmcv\._ext'):
        stock_module('mmcv.utils.ext_loader').load_ext('_ext', ['nms'])


@needs_lite
def test_toolbox_imports_and_an_operator_says_what_is_missing() -> None:
    import torch
    from mmcv.ops import sigmoid_focal_loss

    with pytest.raises(RuntimeError, match=r"'sigmoid_focal_loss_forward'.*full mmcv 2\.1\.0"):
        sigmoid_focal_loss(torch.rand(2, 2), torch.tensor([0, 1]), 2.0, 0.25)


@needs_lite
def test_mmengine_still_knows_that_the_full_mmcv_is_absent() -> None:
    from mmengine.utils.dl_utils import mmcv_full_available

    assert not mmcv_full_available()


def test_needed_follows_what_is_installed() -> None:
    import mmcv

    has_extension = any(Path(mmcv.__file__).parent.glob('_ext.*'))
    assert missing_ops.DEFECT.needed() is not has_extension


def test_a_broken_extension_still_says_why_it_does_not_load() -> None:
    def load_ext(name: str, funcs: list[str]) -> None:
        raise ImportError('undefined symbol')

    module = SimpleNamespace(load_ext=load_ext)
    missing_ops._patch(module)
    with pytest.raises(ImportError, match='undefined symbol'):
        module.load_ext('_ext', ['nms'])
