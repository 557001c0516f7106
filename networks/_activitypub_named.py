"""Posts and people of the fediverse by their addresses, each from the server that they are at home on.

ActivityPub §3.2 (https://www.w3.org/TR/activitypub/#retrieving-objects, read 2026-11): an object's id is asked for
with its media type. We have no key to sign with: servers that want a signature answer 401, and the address stays.
"""

from __future__ import annotations

from typing import Any

from networks import _activitypub
from networks._activitypub_replies import ACCEPT, public_post
from networks._activitystreams import id_of, type_of
from networks._errors import by_status, opened, problem
from networks._named import Found
from networks._walk import dig, every, host_of, record, web
from networks.records import Answer, Author, Request


def ask(url: str) -> Request | None:
    """Ask for a post or a person by an https address."""
    address = web(url)
    return Request(address, headers={"Accept": ACCEPT}) if address.startswith("https://") else None


def _body(answer: Answer) -> Any:
    body = record(opened(answer, _activitypub.CODES))
    if answer.status >= 400:
        raise problem(by_status(answer.status) or "bad_reply")
    return body


def post(answer: Answer) -> Found | None:
    """Return the public post of a server's own that an answer is. Raises Problem."""
    body = _body(answer)
    told = public_post(body, answer.url)
    named = told and told.author and host_of(told.id)  # without an id of its own anybody could be its server
    return Found(told, _quotable(body)) if told and named else None


def _quotable(body: Any) -> bool:
    """Whether anybody may quote an object without being let (FEP-044f, https://w3id.org/fep/044f, read 2026-11).

    GoToSocial's older word is ``always`` (https://gotosocial.org/ns).
    """
    policy = dig(body, "interactionPolicy", "canQuote")
    if policy is None:
        return True
    let = [one for key in ("automaticApproval", "always") for one in every(record(policy).get(key))]
    return any(id_of(one) in _activitypub.PUBLIC for one in let)


def person(answer: Answer) -> Author | None:
    """Return the actor of a server's own that an answer is. Raises Problem."""
    body = _body(answer)
    found = _activitypub.actor(body) if type_of(body) in _activitypub.ACTORS else None
    homes = {host_of(id_of(body)), host_of(found.url) if found else ""}
    return found if homes == {host_of(answer.url)} else None
