"""A run that says little on the console."""

import logging
from typing import Any

from mmengine.logging import MMLogger
from mmengine.registry import RUNNERS
from mmengine.runner import Runner


@RUNNERS.register_module()
class QuietRunner(Runner):
    """MMEngine's runner with only warnings and errors on the console; the log file has it all.

    Chosen by ``runner_type='QuietRunner'`` in a config.
    """

    def build_logger(self, *args: Any, **kwargs: Any) -> MMLogger:
        """Build the logger as MMEngine does, then raise the level of what is not a file."""
        logger = super().build_logger(*args, **kwargs)
        for handler in logger.handlers:
            if not isinstance(handler, logging.FileHandler):
                handler.setLevel(max(handler.level, logging.WARNING))
        return logger
