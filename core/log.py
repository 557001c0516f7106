"""Logs on stderr, one line an event, JSON or for people, with secrets masked.

Modules log by the standard library (``log = logging.getLogger(__name__)``, fields by ``extra=``), so that libraries'
lines and ours go the same way. `configure` sends all of them through structlog; whatever is bound with `bind`
(a request's id) is on every line until `clear`.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from contextvars import ContextVar
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any

from core.log_masking import masked
from core.settings import Settings

if TYPE_CHECKING:
    from structlog.typing import Processor

_bound: ContextVar[Mapping[str, Any] | None] = ContextVar("handbill_log", default=None)
# They tell of each connection and each step at INFO, and urllib3 of whole addresses at DEBUG.
_CHATTY = ("urllib3", "alembic", "asyncio", "PIL", "fontTools")


def configure(settings: Settings) -> None:
    """Send all logs to stderr in the form and from the level that the settings say. May be called again."""
    handler, formatter = _Stderr(), _Formatter(settings.log_format)
    handler.setFormatter(formatter)
    if "structlog" in sys.modules:
        formatter.ready()  # somebody may log by it before the first line of the standard library's
    root = logging.getLogger()
    root.handlers = [handler, *(h for h in root.handlers if not isinstance(h, _Stderr))]
    root.setLevel(settings.log_level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    threading.excepthook = _thread_failed


class _Formatter(logging.Formatter):
    """Hands lines to structlog, which is imported with the first: most starts have nothing to say."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._form = form

    def ready(self) -> None:
        """Import and set up structlog now."""
        _ = self._structlog

    @cached_property
    def _structlog(self) -> logging.Formatter:
        import structlog

        last: Processor = _one_line if self._form == "text" else structlog.processors.JSONRenderer(default=repr)
        first = _first()
        structlog.configure(
            processors=[*first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=structlog.stdlib.BoundLogger,
        )
        return structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=first,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _format_exception, _mask, last],
        )

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return self._structlog.format(record)


def bind(**fields: Any) -> None:
    """Put fields on every line that this request (thread, task) logs from now on."""
    _bound.set({**(_bound.get() or {}), **fields})


def clear() -> None:
    """Forget what was bound: at the end of a request, because threads are used again."""
    _bound.set(None)


class Seldom:
    """Says whether it is time to say the same thing again: at most once in ``seconds``."""

    def __init__(self, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._next = float("-inf")
        self._lock = threading.Lock()

    def due(self) -> bool:
        """Return whether to say it now; if so, not again for a while."""
        with self._lock:
            if self._clock() < self._next:
                return False
            self._next = self._clock() + self._seconds
            return True


class _Stderr(logging.StreamHandler[IO[str]]):
    """Writes to whatever stderr is at that moment: tests and servers exchange it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> IO[str]:  # type: ignore[override]
        """The stream of this moment."""
        return sys.stderr


def _first() -> list[Processor]:
    import structlog

    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _add_bound,
    ]


def _add_bound(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in (_bound.get() or {}).items():
        event.setdefault(name, value)
    return event


def _format_exception(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    import structlog

    return structlog.processors.format_exc_info(logger, method, event)


def _mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: masked(value, name) for name, value in event.items()}


def _one_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """Return a line for people; what came from outside cannot begin a line of its own, except in a traceback."""
    trace = event.pop("exception", "")
    head = [str(event.pop(name, "")) for name in ("time", "level", "logger", "event")]
    head[1] = f"{head[1]:<8}"
    head[3] = "".join(c if c.isprintable() else repr(c)[1:-1] for c in head[3])
    fields = [f"{name}={value!r}" for name, value in event.items()]
    return " ".join(head + fields) + (f"\n{trace}" if trace else "")


def _thread_failed(args: threading.ExceptHookArgs) -> None:
    if args.exc_type is SystemExit or args.exc_value is None:
        return
    name = args.thread.name if args.thread else "?"
    trace = (args.exc_type, args.exc_value, args.exc_traceback)
    logging.getLogger(__name__).error("thread %s failed", name, exc_info=trace)
