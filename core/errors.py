"""Every error Handbill raises on purpose, drawn as one tree.

    Problem                    code, message for people, HTTP status, field?, retry_at?
    ├─ BadRequest        400   the caller's fault
    │  └─ Invalid        422   a value is wrong: names the field
    ├─ Unauthorized      401   no credential, or a wrong one
    ├─ NotAllowed        403   unknown site, origin or return address
    ├─ NotFound          404
    ├─ Gone              410   a network that has closed
    ├─ TooLarge          413   the caller sent too much
    ├─ TooMany           429   the caller asked too often: retry_at
    ├─ Unsupported       501   a form we do not give
    ├─ Busy              503   we have no thread to spare: retry_at
    ├─ FetchFailed       502   a page elsewhere could not be had
    │  ├─ AddressRefused 400   an address we do not connect to
    │  ├─ Unreachable    502   no such name, refused, cut off, bad certificate
    │  ├─ TooManyRedirects 502
    │  ├─ ReplyTooLarge  502   more bytes than we read
    │  ├─ BadReply       502   not what HTTP or the format promises
    │  ├─ HostBusy       503   we leave that host alone for now: retry_at
    │  ├─ PermissionMissing 502  a credential elsewhere is good, and lacks a permission
    │  └─ TooSlow        504   the deadline passed
    └─ Misconfigured     500   names the setting

Every JSON error has the shape ``{"error": {"code", "message", "field"?, "retry_at"?}}``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.times import written


class Problem(Exception):
    """Base of all our errors: a stable code, a sentence for people, and an HTTP status."""

    code = "problem"
    status = 500

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        field: str = "",
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.field = field
        self.retry_at = retry_at

    def as_json(self) -> dict[str, dict[str, Any]]:
        """Return the one JSON shape."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.field:
            error["field"] = self.field
        if self.retry_at:
            error["retry_at"] = written(self.retry_at)
        return {"error": error}

    def retry_after(self, now: datetime) -> int | None:
        """Return the seconds for a Retry-After header (RFC 9110 §10.2.3), at least 1, or None."""
        if self.retry_at is None:
            return None
        return max(1, int((self.retry_at - now).total_seconds() + 0.999))


class BadRequest(Problem):
    """The caller's fault."""

    code, status = "bad_request", 400


class Invalid(BadRequest):
    """A value is wrong; ``field`` names it."""

    code, status = "invalid", 422


class Unauthorized(Problem):
    """No credential, or a wrong one."""

    code, status = "unauthorized", 401


class NotAllowed(Problem):
    """An unknown site, origin or return address."""

    code, status = "not_allowed", 403


class NotFound(Problem):
    """Nothing is at this address."""

    code, status = "not_found", 404


class Gone(Problem):
    """What was here has closed for good, as some networks have."""

    code, status = "gone", 410


class TooLarge(Problem):
    """The caller sent more than we take."""

    code, status = "too_large", 413


class TooMany(Problem):
    """The caller asked too often; ``retry_at`` says when to come back."""

    code, status = "too_many_requests", 429


class Unsupported(Problem):
    """What the caller asks for is a form we do not give."""

    code, status = "unsupported", 501


class Busy(Problem):
    """No thread to spare for this now; ``retry_at`` says when to come back."""

    code, status = "busy", 503


class FetchFailed(Problem):
    """A page elsewhere could not be had."""

    code, status = "fetch_failed", 502


class AddressRefused(FetchFailed):
    """An address that we do not connect to: private, local, ours, or not http(s) on a web port."""

    code, status = "address_refused", 400


class Unreachable(FetchFailed):
    """No such name, connection refused or cut off, or a certificate that does not hold."""

    code = "upstream_unreachable"


class TooManyRedirects(FetchFailed):
    """More hops than we follow, or a loop."""

    code = "upstream_redirects"


class ReplyTooLarge(FetchFailed):
    """More bytes, or a higher compression ratio, than we read."""

    code = "upstream_too_large"


class BadReply(FetchFailed):
    """Not what HTTP, or the format asked for, promises."""

    code = "upstream_bad_reply"


class HostBusy(FetchFailed):
    """We leave that host alone for now: it asked us to, or it failed too often."""

    code, status = "upstream_busy", 503


class PermissionMissing(FetchFailed):
    """A credential elsewhere is good, and lacks the permission for what was asked: its owner must agree again."""


class TooSlow(FetchFailed):
    """The deadline passed before the whole answer was there."""

    code, status = "upstream_too_slow", 504


class Misconfigured(Problem):
    """The operator must change something; ``field`` names the setting."""

    code, status = "misconfigured", 500
