#!/usr/bin/env bash
# mmcv-lite beside OneDL's mmengine: pip lays the original over the fork, and is content.
#
# pip with onedl-mmengine 0.10.12, then mmcv-lite 2.1.0, which requires mmengine. No word of an overlap;
# both are listed, `pip check` finds nothing broken, and the files are those of the later one. To uninstall
# the later one, which nobody asked for, takes the fork's files along: it is listed still, and gone.
# Guessed: the fork fulfils the requirement; or pip warns; or uninstalling brings back what was there.
#
# Seen:
#> before: mmengine 0.10.12
#> after: mmengine 0.10.7; listed: mmengine==0.10.7 onedl-mmengine==0.10.12; No broken requirements found.
#> uninstalled: listed: onedl-mmengine==0.10.12; ModuleNotFoundError: No module named 'mmengine'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip="$folder/venv/bin/pip"
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
"$pip" install -qq --disable-pip-version-check onedl-mmengine==0.10.12 opencv-python-headless==5.0.0.93 numpy==2.4.6
version() { venv/bin/python -c 'import mmengine; print(mmengine.__version__)'; }
listed() { "$pip" list --format freeze 2>/dev/null | grep mmengine | xargs; }
now=$(
    echo "before: mmengine $(version)"
    "$pip" install -qq --disable-pip-version-check mmcv-lite==2.1.0 mmengine==0.10.7 2>/dev/null
    echo "after: mmengine $(version); listed: $(listed); $("$pip" check)"
    "$pip" uninstall -qq -y mmengine 2>/dev/null
    echo "uninstalled: listed: $(listed); $(version 2>&1 | tail -n 1)"
)
diff <(echo "$seen") <(echo "$now")
