#!/usr/bin/env bash
# Train on several processes of one machine (or of several: NNODES, NODE_RANK, MASTER_ADDR).
#
#   tools/dist_train.sh CONFIG PROCESSES [arguments of tools/train.py]
#
# One process for each GPU; on a machine without a GPU the processes share its CPUs and use gloo.
# PYTHON chooses the interpreter, PORT the port at which the processes meet.
[ $# -ge 2 ] || { echo "usage: $0 CONFIG PROCESSES [arguments of tools/train.py]" >&2; exit 2; }
tools=$(dirname "$0")
exec "${PYTHON:-python}" "$tools/run_processes.py" "$2" "$tools/train.py" "$1" "${@:3}"
