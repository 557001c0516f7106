"""What a network means when it refuses: one code for each kind of refusal, whatever the network calls it.

    rate_limited    ask later: `retry_at` where it says when
    login_expired   the token or the key is not good (any more): the owner must connect again
    no_permission   the token lacks the permission for this, and may be good for else: told as login_expired
    not_found       no such account, page or post, or none that may be seen
    gone            it was there and is not coming back
    not_allowed     it is there, and not for us
    unavailable     the network itself is in trouble: ask later
    bad_reply       anything else that is not an answer

A network's own code decides first (`codes`), then the status, which many bodies repeat, then the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from core.errors import BadReply, FetchFailed, Gone, HostBusy, NotAllowed, NotFound, PermissionMissing, Problem
from networks._walk import dig, every, ident, loaded, name, record, records, text, whole
from networks.records import Answer

Code = str
_PROBLEMS: Mapping[Code, tuple[type[Problem], str]] = {
    "rate_limited": (HostBusy, "The network asks us to wait."),
    "login_expired": (FetchFailed, "The network does not accept our credential: connect the account again."),
    "no_permission": (
        PermissionMissing,
        "The network wants a permission that we were not given: connect the account again.",
    ),
    "not_found": (NotFound, "The network knows nothing there."),
    "gone": (Gone, "The network says that this is gone for good."),
    "not_allowed": (NotAllowed, "The network does not let us read this."),
    "unavailable": (FetchFailed, "The network is in trouble itself."),
    "bad_reply": (BadReply, "The network's answer is not one we can read."),
}
# RFC 9110 §15 and RFC 6585 §4. 420 was Twitter's and is still Instagram's word for 429.
STATUSES: Mapping[int, Code] = {
    400: "bad_reply", 401: "login_expired", 402: "not_allowed", 403: "not_allowed", 404: "not_found", 410: "gone",
    420: "rate_limited", 426: "bad_reply", 429: "rate_limited", 451: "not_allowed",
}  # fmt: skip
_WORDS: tuple[tuple[Code, str], ...] = (
    ("rate_limited", r"rate.?limit|too many|quota|throttl|limit (?:was |is |has been )?(?:reached|exceeded)|"
     r"request limit|slow down|retry later|whoa there|abuse detection|wait a few minutes before"),
    ("not_found", r"not.?found|(?:does ?n.t|does not|not) exist|no such|unknown user|could ?n.t (?:be )?f[io]u?nd|"
     r"could not (?:(?:be )?f[io]u?nd|locate)|unable to (?:find|resolve)|suspended|deactivated|not available"),
    ("no_permission", r"not enough permissions|outside the authori[sz]ed scopes"),
    ("login_expired", r"token|unauthori[sz]ed|bad credentials|authenticat|log(?:ged)? ?in|"
     r"api.?key|expired|revoked|session|invalid.?grant|authori[sz]ation"),
    ("not_allowed", r"forbidden|not allowed|permission|denied|blocked|private|suspend"),
    ("unavailable", r"internal (?:server )?error|unavailable|over capacity|bad gateway|timed? ?out|try again"),
)  # fmt: skip
WORDS = tuple((code, re.compile(pattern, re.I)) for code, pattern in _WORDS)


def problem(code: Code, said: str = "", retry_at: datetime | None = None) -> Problem:
    """Return the error for a code, with the network's own words behind ours, one line at most."""
    kind, sentence = _PROBLEMS.get(code, _PROBLEMS["bad_reply"])
    said = name(said)[:200]
    told = "login_expired" if code == "no_permission" else code
    return kind(f"{sentence} It says: {said}" if said else sentence, code=told, retry_at=retry_at)


def by_words(said: str) -> Code:
    """Return the code for what a network says in words."""
    return next((code for code, words in WORDS if words.search(said)), "bad_reply")


def by_status(status: int | None) -> Code:
    """Return the code for an HTTP status, or the empty string where it tells nothing."""
    if status is None or status < 400:
        return ""
    return STATUSES.get(status, "unavailable" if status >= 500 else "")


def opened(answer: Answer, codes: Mapping[str, Code] | None = None) -> Any:
    """Return an answer's JSON; raise the problem it tells of instead, or BadReply where it is no JSON."""
    try:
        data = loaded(answer.body)
    except BadReply:
        refuse_text(answer)
        raise
    refuse(data, answer.status, codes, _scope(answer))
    if not isinstance(data, dict | list):
        raise problem("bad_reply")
    return data


def _scope(answer: Answer) -> Code:
    """Return the code for a token that was not given the permission for a request (RFC 6750 §3.1)."""
    lacks = answer.status == 403 and "insufficient_scope" in answer.headers.get("www-authenticate", "")
    return "no_permission" if lacks else ""


def refuse_text(answer: Answer) -> None:
    """Raise the problem that an answer in words or HTML tells of; a page of HTML that tells none is let through."""
    by = by_status(answer.status)
    head = answer.body[:3000].decode("utf-8", "replace")
    page = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", " ", head)
    short = not re.match(r"\s*[\[{]", head) and (
        len(answer.body) < 200 or re.search(r"(?i)<title>[^<]*\b[45]\d\d\b", head)
    )
    code = by or (by_words(page) if short or answer.status >= 400 else "")
    if (code and code != "bad_reply") or answer.status >= 400:
        raise problem(code or "bad_reply", " ".join(page.split())[:100])


def refuse(data: Any, status: int = 200, codes: Mapping[str, Code] | None = None, scope: Code = "") -> None:
    """Raise the problem that parsed JSON tells of, if it does; ``scope`` is what the headers say of the token."""
    found = _told(data)
    if found is None:
        if status >= 400:
            raise problem(scope or by_status(status) or "bad_reply")
        return
    marks, number, said = found
    own = next((codes[mark] for mark in marks if codes and mark in codes), "") or scope
    if own != "ok":
        _raise(own, marks, number or status, said)


def _raise(own: Code, marks: list[str], status: int, said: str) -> NoReturn:
    words = by_words(" ".join([said, *marks]))
    by = by_status(status)
    # 400 and 403 stand for half of everything; what is said beside them is nearer to the truth.
    vague = by in ("", "bad_reply", "not_allowed")
    raise problem(own or (words if vague and words != "bad_reply" else by or words), said)


def _told(data: Any) -> tuple[list[str], int | None, str] | None:
    """Return the codes, the status and the words of an error body; None where it is none."""
    body = record(data)
    for read in (_of_object, _of_list, _of_word, _of_problem):
        found = read(body)
        if found:
            return found
    return None


def _of_object(body: Mapping[str, Any]) -> tuple[list[str], int | None, str] | None:
    """``{"error": {"code", "message", …}}``: Meta, Google, TikTok (whose ``ok`` is no error)."""
    error = body.get("error")
    if not isinstance(error, dict) or error.get("code") == "ok":
        return None
    told = [*records(error.get("details")), *records(error.get("errors"))]  # of two, Google's first is the exact one
    reasons = [ident(one.get("reason")) for one in told]
    sub = [f"{ident(error.get('code'))}/{ident(error.get('error_subcode'))}"] if error.get("error_subcode") else []
    passing = ["is_transient"] if error.get("is_transient") is True else []
    plain = [ident(error.get(key)) for key in ("code", "type", "status")]
    marks = [*sub, *reasons, plain[0], *passing, *plain[1:]]
    number = whole(error.get("code"))
    return marks, number if number and 400 <= number < 600 else None, text(error.get("message"))


def _of_list(body: Mapping[str, Any]) -> tuple[list[str], int | None, str] | None:
    """``{"errors": [{"code", "message"}]}`` with nothing beside it: X, and what copies it."""
    errors = body.get("errors")
    if (
        not errors
        or not isinstance(errors, list)
        or any(key in body for key in ("data", "includes", "items", "meta"))
    ):
        return None
    first = record(errors[0])
    status = whole(first.get("status")) or whole(body.get("status"))
    marks = [ident(first.get("code")), ident(first.get("type")), ident(body.get("type")), ident(first.get("title"))]
    return marks, status, text(first.get("message") or first.get("detail") or body.get("detail") or body.get("title"))


def _of_word(body: Mapping[str, Any]) -> tuple[list[str], int | None, str] | None:
    """``{"error": "words"}`` or ``{"error": 403}``: Mastodon, Bluesky, Reddit, OAuth (RFC 6749 §5.2)."""
    error = body.get("error")
    if isinstance(error, bool) or not isinstance(error, str | int) or error in ("", 0):
        return None
    number = whole(error)
    said = [text(body.get(key)) for key in ("message", "error_description", "reason")]
    words = " ".join(one for one in [*said, "" if number else text(error)] if one)
    return [ident(error), ident(body.get("reason"))], number, words


# What stands beside "message" where the whole body is a refusal, and never in a post.
_BESIDE = frozenset((
    "code", "documentation_url", "serviceErrorCode", "explanation", "request_id", "errors", "detail", "error_type",
    "block",
))  # fmt: skip
# What refusals have besides, and other things too.
_WHOLE = _BESIDE | {
    "message", "error_message", "status", "reason", "fields", "title", "type", "data", "error", "details",
    "errorDetails", "errorDetailType", "url",
}  # fmt: skip


def _of_problem(body: Mapping[str, Any]) -> tuple[list[str], int | None, str] | None:
    """``{"message", …}`` and RFC 9457: GitHub, LinkedIn, Pinterest, Reddit, X, TikTok's business API."""
    said = text(body.get("message") or body.get("detail") or body.get("error_message"))
    status = whole(body.get("status"))
    plain = set(body) <= _WHOLE
    formal = {"title", "detail", "type"} <= set(body) and not {"data", "items", "id"} & set(body)
    if not said or body.get("code") == 0 or not (plain or formal):
        return None
    if not (formal or set(body) & _BESIDE or set(body) <= {"message", "status", "reason"} or status):
        return None
    marks = [ident(body.get(key)) for key in ("reason", "code", "serviceErrorCode", "type", "title", "error_type")]
    marks += [ident(dig(one, "code")) for one in every(body.get("errors"))]
    return marks, status, " ".join([said, text(body.get("explanation"))]).strip()
