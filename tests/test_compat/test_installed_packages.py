"""MMEngine finds installed packages with and without pkg_resources."""

import sys
from importlib import metadata
from pathlib import Path

import mmengine.utils
import mmseg
import pytest
from mmengine.hub import get_config
from stock import stock_module

from projects.ecgan.compat import installed_packages


def test_stock_functions_need_pkg_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'pkg_resources', None)
    stock = stock_module('mmengine.utils.package_utils')
    with pytest.raises(ModuleNotFoundError, match='pkg_resources'):
        stock.is_installed('mmagic')
    with pytest.raises(ModuleNotFoundError, match='pkg_resources'):
        stock.get_installed_path('mmagic')


@pytest.mark.parametrize('package', ['mmsegmentation', 'mmseg'])
def test_folder_of_a_distribution_and_of_a_module(package: str) -> None:
    folder = str(Path(mmseg.__file__).parent)
    assert installed_packages.get_installed_path(package) == folder
    assert mmengine.utils.get_installed_path(package) == folder
    assert installed_packages.is_installed(package)


def test_what_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'only_a_folder').mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert not installed_packages.is_installed('not_there')
    assert not installed_packages.is_installed('only_a_folder')
    with pytest.raises(metadata.PackageNotFoundError, match='not_there'):
        installed_packages.get_installed_path('not_there')
    with pytest.raises(RuntimeError, match='only_a_folder is a namespace package'):
        installed_packages.get_installed_path('only_a_folder')


def test_config_of_an_installed_toolbox_is_found() -> None:
    config = get_config('mmagic::pix2pix/pix2pix_vanilla-unet-bn_1xb1-80kiters_facades.py')
    assert config.model.type == 'Pix2Pix'
