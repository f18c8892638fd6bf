"""The logger of the provider, which a process has one of: what a test does to it ends with the test."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def provider_logger() -> Iterator[logging.Logger]:
    """Yield the provider's logger without a handler; give it back what it had afterwards."""
    logger = logging.getLogger("provider")
    handlers, level, propagate = logger.handlers, logger.level, logger.propagate
    logger.handlers = []
    try:
        yield logger
    finally:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
