"""How we treat each host we ask: few requests at a time, as late as it wishes, and not while it is down.

Politeness (at most four at once), Retry-After (RFC 9110 §10.2.3) and a circuit breaker with a
half-open probe, in one bounded table of this process.

Of a host with many people's pages, one page that fails says nothing of the others: it counts once for the host, and
is left alone by itself when it fails again and again. That a host cannot be reached at all counts each time.
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
# A host, or one page of it, is left alone after this many failures in a row, and then asked by one request only.
FAILURES = 5
# The first pause, doubled each time the probe fails, up to the last.
FIRST_PAUSE, LAST_PAUSE = 15.0, 900.0
# The longest Retry-After we believe; a stranger could else silence a host for years.
LONGEST_WAIT = 3600.0
# Hosts and failing pages remembered. An entry takes some 600 bytes.
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
    """What we remember of one host, or of a page of it that fails; every field is guarded by the table's lock.

    ``pages`` are those of a host's pages that have failed since it answered last.
    """

    def __init__(self) -> None:
        self.pages: set[str] = set()
        self.inside = 0
        self.failures = 0
        self.pause = 0.0
        self.until = 0.0
        self.probing = False


class Turn:
    """One request's stay at a host; says at its end how it went. Saying nothing changes nothing."""

    def __init__(self) -> None:
        self.answered: bool | None = None
        self.reached = False
        self.wait = 0.0

    def succeeded(self, wait: float = 0.0) -> None:
        """The host answered; ``wait`` is how many seconds it asks to be left alone."""
        self.answered, self.wait = True, min(wait, LONGEST_WAIT)

    def failed(self, *, reached: bool = False) -> None:
        """The host could not be reached; ``reached``: it could, and was too slow with this page, or broke on it."""
        self.answered, self.reached = False, reached


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
    def turn(self, name: str, deadline: Deadline, page: str = "") -> Iterator[Turn]:
        """Wait for a place at the host and hold it; raise HostBusy (with ``retry_at``) or TooSlow.

        ``page`` is what is asked for there.
        """
        own = f"{name} {hash(page)}"  # an address may be long
        with self._changed:
            host = self._enter(name, deadline, own)
            asked = [one for one in (host, self._table.get(own)) if one and one.failures >= FAILURES]
            for one in asked:
                one.probing = True
        turn = Turn()
        try:
            yield turn
        finally:
            with self._changed:
                host.inside -= 1
                for one in asked:
                    one.probing = False
                self._learn(host, own, turn, asked)
                self._changed.notify_all()

    def _enter(self, name: str, deadline: Deadline, page: str) -> _Host:
        while True:
            host = self._entry(name)
            for one in (host, self._table.get(page)):
                self._check(name, one)
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

    def _check(self, name: str, one: _Host | None) -> None:
        left = one.until - self._clock() if one else 0.0
        if one and (left > 0 or one.probing):
            at = datetime.now(UTC) + timedelta(seconds=max(left, 1.0))
            raise HostBusy(f"{name} is left alone for now.", retry_at=at)

    def _learn(self, host: _Host, page: str, turn: Turn, asked: list[_Host]) -> None:
        if turn.answered:
            host.failures, host.pause = 0, 0.0
            host.pages.clear()
            host.until = max(host.until, self._clock() + turn.wait) if turn.wait else host.until
            self._table.pop(page, None)
        elif turn.answered is False:
            known = turn.reached and page in host.pages
            if host in asked or not known:
                self._failed(host, probe=host in asked)
            if turn.reached:
                host.pages |= {page} if len(host.pages) < FAILURES else set()
                own = self._entry(page)
                self._failed(own, probe=own in asked)

    def _failed(self, one: _Host, *, probe: bool) -> None:
        one.failures += 1
        if one.failures >= FAILURES and (probe or one.until <= self._clock()):
            one.pause = min(max(FIRST_PAUSE, one.pause * 2), LAST_PAUSE)
            one.until = self._clock() + one.pause
