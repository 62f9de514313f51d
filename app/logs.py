"""Logs: one JSON object a line for everything the process says, ours or a library's, redacted at the very end."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from app.redaction import redacted

QUIET = ("aiogram", "aiohttp.access", "apscheduler", "httpx", "httpcore", "uvicorn.access", "asyncio", "alembic")


class RedactedLines(logging.StreamHandler[TextIO]):
    """Writes finished lines, redacted. Tracebacks and texts of other libraries pass through here too."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record)).replace("\n", "\\n")


def set_up_logs(level: str, stream: TextIO | None = None) -> None:
    """Send all logging through one redacting handler. Safe to call twice."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = RedactedLines(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _plain,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _last_word


def _plain(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the line valid JSON whatever a library puts into it."""
    return {
        key: value if isinstance(value, str | int | float | bool | None) else str(value) for key, value in event.items()
    }


def _last_word(kind: type[BaseException], fault: BaseException, trace: Any) -> None:
    """An uncaught exception is redacted as well, and never shows local variables."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("nep").critical("the process ends with a fault", exc_info=(kind, fault, trace))
