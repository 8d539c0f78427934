#!/usr/bin/env bash
# Test on several processes, see dist_train.sh.
#
#   tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [arguments of tools/test.py]
[ $# -ge 3 ] || { echo "usage: $0 CONFIG CHECKPOINT PROCESSES [arguments of tools/test.py]" >&2; exit 2; }
tools=$(dirname "$0")
exec "${PYTHON:-python}" "$tools/run_processes.py" "$3" "$tools/test.py" "$1" "$2" "${@:4}"
