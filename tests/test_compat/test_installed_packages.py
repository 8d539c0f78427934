"""MMEngine finds installed packages with and without pkg_resources."""

import sys
from importlib import metadata
from pathlib import Path

import mmengine.utils
import mmseg
import pytest
from mmengine.hub import get_config
from stock import stock_module

from projects.ecgan.compat import _versions, installed_packages

OF_ONEDL = _versions.installed('onedl-mmengine') is not None


@pytest.mark.skipif(OF_ONEDL, reason='the fork does without it')
def test_stock_functions_need_pkg_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'pkg_resources', None)
    stock = stock_module('mmengine.utils.package_utils')
    with pytest.raises(ModuleNotFoundError, match='pkg_resources'):
        stock.is_installed('mmagic')
    with pytest.raises(ModuleNotFoundError, match='pkg_resources'):
        stock.get_installed_path('mmagic')


@pytest.mark.skipif(not OF_ONEDL, reason='only the fork takes a fork for something else')
def test_stock_functions_of_the_fork_do_not_find_the_other_fork() -> None:
    stock = stock_module('mmengine.utils.package_utils')
    assert not stock.is_installed('mmsegmentation')
    with pytest.raises(metadata.PackageNotFoundError):
        stock.get_installed_path('mmsegmentation')


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


def test_a_fork_is_found_by_the_name_of_the_original(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / 'onedl_mmsegmentation-1.4.2.dist-info'
    told.mkdir()
    (told / 'METADATA').write_text('Name: onedl-mmsegmentation\nVersion: 1.4.2\n')
    (told / 'top_level.txt').write_text('mmseg\n')
    fork = metadata.Distribution.at(told)

    def distribution(name: str) -> metadata.Distribution:
        if name != 'onedl-mmsegmentation':
            raise metadata.PackageNotFoundError(name)
        return fork

    monkeypatch.setattr(installed_packages.metadata, 'distribution', distribution)
    assert installed_packages.is_installed('mmsegmentation')
    assert installed_packages.get_installed_path('mmsegmentation') == str(
        Path(mmseg.__file__).parent
    )
    assert not installed_packages.is_installed('onedl-mmcv')
    with pytest.raises(metadata.PackageNotFoundError, match='mmcv'):
        installed_packages.package2module('mmcv')


@pytest.mark.parametrize(
    ('name', 'model'),
    [
        ('mmagic::pix2pix/pix2pix_vanilla-unet-bn_1xb1-80kiters_facades.py', 'Pix2Pix'),
        ('mmseg::fcn/fcn_r18-d8_4xb2-80k_cityscapes-512x1024.py', 'EncoderDecoder'),
    ],
)
def test_config_of_an_installed_toolbox_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, model: str
) -> None:
    def install(command: list[str]) -> None:
        raise AssertionError(f'it would run {command}')

    monkeypatch.setattr('mmengine.utils.package_utils.call_command', install)
    assert get_config(name).model.type == model
