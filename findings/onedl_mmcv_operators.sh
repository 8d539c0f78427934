#!/usr/bin/env bash
# onedl-mmcv from the package index has no compiled operators, whatever MMCV_WITH_OPS says, and brings a
# package called docs.
#
# onedl-mmcv 2.3.6 by pip 24 to 26: the index has its source only. pip builds it in an environment of its own,
# where torch is not, and its setup.py then leaves the operators out, without a word outside of the build's
# log; MMCV_WITH_OPS, which decides for the original, is not read. (With --no-build-isolation beside a torch
# it compiles them, whatever MMCV_WITH_OPS says.) The wheel has two packages: mmcv and docs.
# Guessed: it is mmcv as the original, with operators, or MMCV_WITH_OPS=1 asks for them; it owns mmcv alone.
#
# Seen:
#> MMCV_WITH_OPS=1: onedl_mmcv-2.3.6-py3-none-any.whl, compiled files: []
#> packages: ['docs', 'mmcv']
#> MMCV_WITH_OPS in setup.py: False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
venv/bin/pip install -qq --disable-pip-version-check 'setuptools>=80' wheel 'packaging>=24.2'
MMCV_WITH_OPS=1 venv/bin/pip wheel -qq --no-deps --no-cache-dir onedl-mmcv==2.3.6 2>errors.txt || cat errors.txt >&2
venv/bin/pip download -qq --no-deps --no-build-isolation --no-cache-dir --no-binary :all: onedl-mmcv==2.3.6 2>>errors.txt
now=$(venv/bin/python - <<'PYTHON'
import glob
import tarfile
import zipfile

(wheel,), (source,) = glob.glob('*.whl'), glob.glob('*.tar.gz')
names = zipfile.ZipFile(wheel).namelist()
compiled = [name for name in names if name.endswith(('.so', '.pyd', '.dylib'))]
print(f'MMCV_WITH_OPS=1: {wheel}, compiled files: {compiled}')
print('packages:', sorted({name.partition('/')[0] for name in names if '.dist-info' not in name}))
setup = tarfile.open(source).extractfile('onedl_mmcv-2.3.6/setup.py').read().decode()
print('MMCV_WITH_OPS in setup.py:', 'MMCV_WITH_OPS' in setup)
PYTHON
)
diff <(echo "$seen") <(echo "$now")
