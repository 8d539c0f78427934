#!/usr/bin/env bash
# Train on a Slurm cluster.
#
#   tools/slurm_train.sh PARTITION JOB_NAME CONFIG WORK_DIR [arguments of tools/train.py]
#
# GPUS (8) in all, GPUS_PER_NODE (8), CPUS_PER_TASK (5); SRUN_ARGS go to srun as they are.
# GPUS_PER_NODE=0 asks for no GPU: GPUS then counts processes, TASKS_PER_NODE (8) of them on a node.
set -euo pipefail

if [ $# -lt 4 ]; then
    echo "usage: $0 PARTITION JOB_NAME CONFIG WORK_DIR [arguments of tools/train.py]" >&2
    exit 2
fi
PARTITION=$1
JOB_NAME=$2
CONFIG=$3
WORK_DIR=$4
shift 4

GPUS_PER_NODE=${GPUS_PER_NODE:-8}
TASKS=$GPUS_PER_NODE
RESOURCES=(--gres="gpu:$GPUS_PER_NODE")
if [ "$GPUS_PER_NODE" = 0 ]; then
    TASKS=${TASKS_PER_NODE:-8}
    RESOURCES=()
fi
export MASTER_PORT=${MASTER_PORT:-$((12000 + RANDOM % 20000))}

# SRUN_ARGS is a list of words.
# shellcheck disable=SC2086
exec srun -p "$PARTITION" \
    --job-name="$JOB_NAME" \
    ${RESOURCES[@]+"${RESOURCES[@]}"} \
    --ntasks="${GPUS:-8}" \
    --ntasks-per-node="$TASKS" \
    --cpus-per-task="${CPUS_PER_TASK:-5}" \
    --kill-on-bad-exit=1 \
    ${SRUN_ARGS:-} \
    "${PYTHON:-python}" -u "$(dirname "$0")/train.py" "$CONFIG" \
    --work-dir="$WORK_DIR" --launcher=slurm "$@"
