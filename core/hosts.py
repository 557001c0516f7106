"""How we treat each host we ask: few requests at a time, as late as it wishes, and not while it is down.

Politeness (at most four at once), Retry-After (RFC 9110 §10.2.3) and a circuit breaker with a
half-open probe, in one bounded table of this process.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from core.errors import HostBusy, TooSlow
from core.http_deadline import Deadline

# Browsers open six connections to a host at most; a server-side reader should take less:
# https://developer.mozilla.org/en-US/docs/Glossary/Connection_per_host
AT_ONCE = 4
# A host is left alone after this many failures in a row, and then asked by one request only.
FAILURES = 5
# The first pause, doubled each time the probe fails, up to the last.
FIRST_PAUSE, LAST_PAUSE = 15.0, 900.0
# The longest Retry-After we believe; a stranger could else silence a host for years.
LONGEST_WAIT = 3600.0
# Hosts remembered. An entry takes some 600 bytes.
HOSTS = 2048


def seconds_asked(value: str, now: datetime) -> float:
    """Return the seconds that a Retry-After field asks for (RFC 9110 §10.2.3), 0 where it says nothing sensible."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)  # "-0000" is UTC too (RFC 5322 §3.3)
    return max(0.0, min((at - now).total_seconds(), LONGEST_WAIT))


class _Host:
    """What we remember of one host; every field is guarded by the table's lock."""

    def __init__(self) -> None:
        self.inside = 0
        self.failures = 0
        self.pause = 0.0
        self.until = 0.0
        self.probing = False


class Turn:
    """One request's stay at a host; says at its end how it went. Saying nothing changes nothing."""

    def __init__(self) -> None:
        self.answered: bool | None = None
        self.wait = 0.0

    def succeeded(self, wait: float = 0.0) -> None:
        """The host answered; ``wait`` is how many seconds it asks to be left alone."""
        self.answered, self.wait = True, min(wait, LONGEST_WAIT)

    def failed(self) -> None:
        """The host could not be reached, was too slow, or said that it is down."""
        self.answered = False


class Hosts:
    """The table. ``clock`` returns seconds, steadily rising."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = HOSTS) -> None:
        self._clock = clock
        self._most = most
        self._changed = threading.Condition()
        self._table: OrderedDict[str, _Host] = OrderedDict()

    def __len__(self) -> int:
        return len(self._table)

    @contextmanager
    def turn(self, name: str, deadline: Deadline) -> Iterator[Turn]:
        """Wait for a place at the host and hold it; raise HostBusy (with ``retry_at``) or TooSlow."""
        with self._changed:
            host = self._enter(name, deadline)
            probe = host.probing = host.failures >= FAILURES
        turn = Turn()
        try:
            yield turn
        finally:
            with self._changed:
                host.inside -= 1
                self._learn(host, turn, probe=probe)
                self._changed.notify_all()

    def _enter(self, name: str, deadline: Deadline) -> _Host:
        while True:
            host = self._entry(name)
            self._check(name, host)
            if host.inside < AT_ONCE:
                host.inside += 1
                return host
            try:
                self._changed.wait(deadline.left())
            except TooSlow as exc:
                raise TooSlow(f"{name} was asked too often at once to take a turn in time.") from exc

    def _entry(self, name: str) -> _Host:
        host = self._table.setdefault(name, _Host())
        self._table.move_to_end(name)
        while len(self._table) > self._most:
            spare = next((n for n, h in self._table.items() if not h.inside and n != name), None)
            if spare is None:
                break
            del self._table[spare]
        return host

    def _check(self, name: str, host: _Host) -> None:
        left = host.until - self._clock()
        if left > 0 or host.probing:
            at = datetime.now(UTC) + timedelta(seconds=max(left, 1.0))
            raise HostBusy(f"{name} is left alone for now.", retry_at=at)

    def _learn(self, host: _Host, turn: Turn, *, probe: bool) -> None:
        if probe:
            host.probing = False
        if turn.answered:
            host.failures, host.pause = 0, 0.0
            host.until = max(host.until, self._clock() + turn.wait) if turn.wait else host.until
        elif turn.answered is False:
            host.failures += 1
            if host.failures >= FAILURES and (probe or host.until <= self._clock()):
                host.pause = min(max(FIRST_PAUSE, host.pause * 2), LAST_PAUSE)
                host.until = self._clock() + host.pause
