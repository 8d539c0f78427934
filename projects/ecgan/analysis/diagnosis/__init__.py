"""Why a part does not help: gradients, gates, edges and scores of trainings, at checkpoints."""

from .gates import recorded_gates
from .gradients import term_gradients
from .judgement import judgements
from .measurement import measure_training, undisturbed
from .report import render, write_diagnosis
from .runs import Snapshot, diagnose_runs, find_snapshots
from .terms import loss_terms

__all__ = [
    'Snapshot',
    'diagnose_runs',
    'find_snapshots',
    'judgements',
    'loss_terms',
    'measure_training',
    'recorded_gates',
    'render',
    'term_gradients',
    'undisturbed',
    'write_diagnosis',
]
