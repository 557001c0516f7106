"""What can go wrong while somebody logs in, each with the words a person reads: keys of `login/languages`."""

from __future__ import annotations

from core.errors import BadRequest, Problem

# code -> HTTP status. The words are `failed_<code>` and `advice_<code>` in login/languages/*.json.
CODES = {
    "attempt_over": 400,  # unknown, used, too old, another browser's
    "denied": 403,  # the person said no at the network
    "network_failed": 502,  # the network did not answer as it should
    "network_off": 404,  # no such network here, or not for this site
    "account_taken": 409,  # the account belongs to another person here
    "too_old_session": 403,  # accounts are linked right after logging in only
    "last_account": 409,  # the last way in cannot be taken away
    "wrong_form": 403,  # a form of another page, or of another site
    "unknown_site": 400,  # the site is not registered here
    "wrong_return": 400,  # the address to return to is not registered
    "wrong_server": 422,  # no server, handle or page of that name can be found
    "bad_request": 400,  # the site asks in a way that is not understood
    "connect_over": 404,  # the address to connect an account with was used, is too old, or another browser's
    "connect_denied": 403,  # the owner of an account said no at the network
    "connect_failed": 502,  # the network did not answer as it should while an account was connected
    "missing_scope": 403,  # the owner did not allow what it takes to read the posts
    "no_page": 422,  # the account manages nothing whose posts could be read
}


class LoginFailed(BadRequest):
    """A login, or something done on the account page, cannot go on. ``code`` is one of `CODES`."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code.replace("_", " "), code=code)
        self.status = CODES[code]


__all__ = ["CODES", "LoginFailed", "Problem"]
