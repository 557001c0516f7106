"""The jobs process beside the server: `serve` starts one, starts it again when it dies, and stops it at the end."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

log = logging.getLogger(__name__)

# Seconds before a process that died is started again: at once-ish, then slower, as what kills it may last.
_FIRST_WAIT, _MOST_WAIT = 1.0, 30.0
# One that lived this long was not killed by starting: the next wait is short again.
_LONG_LIFE = 60.0
# It ends by itself within core.jobs_worker.GRACE and a little; then it is ended.
_PATIENCE = 15.0


def command() -> list[str]:
    """Return how to start a worker that ends with this process."""
    return [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run", "--parent", str(os.getpid())]


class JobsProcess:
    """Keeps one worker process alive."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._argv = list(argv)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="jobs-process", daemon=True)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, and the thread that watches it."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the process to end, and wait until it has."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _keep(self) -> None:
        wait = _FIRST_WAIT
        while not self._stop.is_set():
            started = time.monotonic()
            # In a group of its own: Ctrl-C at the terminal is for the server, which then ends this one in order.
            self.process = subprocess.Popen(self._argv, process_group=0, stdin=subprocess.DEVNULL)  # noqa: S603 -- ours
            if self._ended(self.process):
                return
            wait = _FIRST_WAIT if time.monotonic() - started > _LONG_LIFE else min(_MOST_WAIT, wait * 2)
            log.error("the jobs process ended by itself and is started again", extra={"seconds": wait})
            self._stop.wait(wait)

    def _ended(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait for the process to die (False) or for being stopped, then end it (True)."""
        while process.poll() is None:
            if self._stop.wait(0.2):
                self._end(process)
                return True
        return False

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
