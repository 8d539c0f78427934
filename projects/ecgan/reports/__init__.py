"""Results on disk: reports, their tables, and reports side by side."""

from .comparison import compare_reports, protocol_differences, read_named_reports
from .files import (
    metric_table,
    plain,
    read_report,
    table,
    update_report,
    write_report,
    write_text,
)

__all__ = [
    'compare_reports',
    'metric_table',
    'plain',
    'protocol_differences',
    'read_named_reports',
    'read_report',
    'table',
    'update_report',
    'write_report',
    'write_text',
]
