#!/usr/bin/env bash
# OneDL's prebuilt mmcv does not import: it asks for the version of another distribution.
#
# onedl-mmcv-cu128-torch2-8 2.3.1, the one wheel with compiled operators on the package index. It is for
# Windows and Python 3.10 alone, and its mmcv/version.py asks for the version of onedl-mmcv, which it is not.
# Guessed: a wheel for Linux too; `import mmcv` works after its install.
#
# Seen:
#> wheels: ['onedl_mmcv_cu128_torch2_8-2.3.1-cp310-cp310-win_amd64.whl']
#> Name: onedl-mmcv-cu128-torch2.8
#> import mmcv: PackageNotFoundError: No package metadata was found for onedl-mmcv
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip="$folder/venv/bin/pip"
"$pip" install -qq --disable-pip-version-check onedl-mmengine==0.10.12 opencv-python-headless==5.0.0.93 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
for python in 3.10 3.11 3.12 3.13; do
    for platform in win_amd64 manylinux_2_28_x86_64 manylinux2014_x86_64; do
        "$pip" download -qq --no-deps --only-binary :all: --python-version "$python" --platform "$platform" \
            --dest wheels onedl-mmcv-cu128-torch2-8==2.3.1 2>/dev/null || true
    done
done
now=$(venv/bin/python - 2>errors.txt <<'PYTHON'
import sys
import zipfile
from pathlib import Path

wheels = sorted(Path('wheels').iterdir())
print('wheels:', [wheel.name for wheel in wheels])
zipfile.ZipFile(wheels[0]).extractall('site')  # as pip does on Windows
(metadata,) = Path('site').glob('*.dist-info/METADATA')
print(*[line for line in metadata.read_text().splitlines() if line.startswith('Name: ')])
sys.path.append('site')
try:
    import mmcv
except Exception as error:
    print(f'import mmcv: {type(error).__name__}: {error}')
PYTHON
) || cat errors.txt >&2
diff <(echo "$seen") <(echo "$now")
