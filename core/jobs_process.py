"""The jobs process beside the server: started with it, started again when it dies, stopped with it.

A small process of its own looks after it (``python -m core.jobs_process``), not a thread of the server: the server
forks its workers, and a fork at the moment at which a thread starts a process leaves that thread waiting for ever, as
the fork holds the pipe on which `subprocess` waits for the program to be loaded.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from core import log as logs
from core.settings import Settings

log = logging.getLogger(__name__)

# Seconds before a process that died is started again: soon, then slower, as what kills it may last.
_FIRST_WAIT, _MOST_WAIT = 1.0, 30.0
# One that lived this long was not killed by starting: the next wait is short again.
_LONG_LIFE = 60.0
# It ends by itself within core.jobs_worker.GRACE and a little; then it is ended.
_PATIENCE = 15.0
_GLANCE = 0.2
WORKER = (sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run")


class JobsProcess:
    """Keeps one worker process alive, from `start` until `stop`, or until this process is gone."""

    def __init__(self, settings: Settings) -> None:
        self._argv = [sys.executable, "-m", "core.jobs_process", settings.log_format, settings.log_level]
        self._keeper: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it. To be called before the server forks."""
        # In a group of its own: Ctrl-C at the terminal is for the server, which then ends this one in order.
        argv = [*self._argv, str(os.getpid())]
        self._keeper = subprocess.Popen(argv, process_group=0, stdin=subprocess.DEVNULL)  # noqa: S603 -- ours

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._keeper is not None:
            _end(self._keeper, _PATIENCE + 5)


def keep(argv: Sequence[str], parent: int, stop: threading.Event) -> None:
    """Run a command, again whenever it ends, until told to stop or until the process ``parent`` is not ours."""
    wait = _FIRST_WAIT
    while not stop.is_set():
        started = time.monotonic()
        process = subprocess.Popen([*argv, "--parent", str(os.getpid())], stdin=subprocess.DEVNULL)  # noqa: S603
        while process.poll() is None:
            if stop.wait(_GLANCE) or os.getppid() != parent:
                _end(process, _PATIENCE)
                return
        wait = _FIRST_WAIT if time.monotonic() - started > _LONG_LIFE else min(_MOST_WAIT, wait * 2)
        log.error("the jobs process ended by itself and is started again", extra={"seconds": wait})
        stop.wait(wait)


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> None:
    """Look after a worker; the arguments are the form and level of the log, and whose child this is."""
    form, level, parent = sys.argv[1:]
    logs.configure(Settings(log_format=form, log_level=level))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    keep(WORKER, int(parent), stop)


if __name__ == "__main__":
    main()
