"""What an error says to a person: what happened, what to do next. The JSON shape is in `core/errors.py`."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Problem


@dataclass(frozen=True)
class ErrorPage:
    """What `templates/error.html` shows."""

    status: int
    title: str
    message: str
    advice: str
    again: str = ""


# status -> title, what to do.
_SAID = {
    400: ("That address does not work", "Check the address, or go back and follow the link again."),
    401: ("You are not signed in", "Sign in and try again."),
    403: ("That is not allowed", "If the site is yours, check its key and its origins."),
    404: ("There is no such page", "Check the address for a spelling mistake."),
    405: ("That page is not asked for in this way", "Go back and use the button or the link there."),
    410: ("That is gone for good", "Nothing can be done about it here."),
    413: ("That is too much at once", "Send less."),
    422: ("Something in the address is not right", "Correct it, or go back and follow the link again."),
    429: ("Too many requests", "Wait a minute, then try again."),
    502: (
        "The other server did not answer as it should",
        "Try again in a minute. If it goes on, the trouble is there.",
    ),
    503: ("Too busy just now", "Wait a moment, then try again."),
    504: ("The other server took too long", "Try again in a minute."),
}
_OURS = ("Something failed on our side", "Try again in a minute. Nothing you entered was stored half done.")
# What may well work a moment later.
_AGAIN = frozenset({429, 500, 502, 503, 504})


def error_page(problem: Problem, address: str = "") -> ErrorPage:
    """Return what to show for a problem; ``address`` is where trying again makes sense."""
    title, advice = _SAID.get(problem.status, _OURS)
    return ErrorPage(problem.status, title, problem.message, advice, address if problem.status in _AGAIN else "")
