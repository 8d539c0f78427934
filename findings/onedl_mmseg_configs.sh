#!/usr/bin/env bash
# OneDL's forks do not find one another's configs, and the cure that their error names destroys one.
#
# onedl-mmengine 0.10.12, onedl-mmcv 2.3.6, onedl-mmsegmentation 1.4.2, which brings its configs along.
# `_base_ = 'mmseg::...'` is looked up as the distribution mmsegmentation, as in the original: "please
# install mmsegmentation manually". That lays the official files over the fork's, and pip does not object.
# (mmengine.hub.get_config does not ask: it runs that pip install by itself.)
# Guessed: a fork under the same import name finds itself; or pip refuses to overwrite another's files.
#
# Seen:
#> mmseg 1.4.2, with configs: True
#> ModuleNotFoundError: mmsegmentation is not installed, please install mmsegmentation manually
#> after that install: mmseg 1.2.2; pip check: No broken requirements found.
#> import mmseg: AssertionError: MMCV==2.3.6 is used but incompatible. Please install mmcv>=2.0.0rc4.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip=("$folder/venv/bin/pip" install -qq --disable-pip-version-check)
"${pip[@]}" onedl-mmengine==0.10.12 onedl-mmcv==2.3.6 onedl-mmsegmentation==1.4.2 numpy==2.4.6
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
echo "_base_ = 'mmseg::fcn/fcn_r18-d8_4xb2-80k_cityscapes-512x1024.py'" > my.py
version='import importlib.util as u, re, pathlib as p; f = p.Path(u.find_spec("mmseg").origin).parent
try: print(re.search(r"= .(\d[\d.]+).$", (f / "version.py").read_text(), re.M)[1], end="")
except TypeError: import mmseg; print(mmseg.__version__, end="")'
last() { tail -n 1 errors.txt; }
now=$(
    echo "mmseg $(venv/bin/python -c "$version"), with configs: $(venv/bin/python -c '
import mmseg, os; print(os.path.isdir(os.path.join(mmseg.__path__[0], ".mim", "configs", "fcn")))')"
    venv/bin/python -c "from mmengine import Config; Config.fromfile('my.py')" 2>errors.txt || last
    "${pip[@]}" mmsegmentation==1.2.2 2>/dev/null
    echo "after that install: mmseg $(venv/bin/python -c "$version"); pip check: $(venv/bin/pip check)"
    venv/bin/python -c 'import mmseg' 2>errors.txt || echo "import mmseg: $(last)"
)
diff <(echo "$seen") <(echo "$now")
