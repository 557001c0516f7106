"""Read profiles as networks write them: loosely typed, with things missing, and now and then wrong on purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from networks.oauth import Profile, Told


def text(value: Any) -> str:
    """Return a text or a number as text; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def texts(value: Any) -> tuple[str, ...]:
    """Return the texts of a list, or the only one where it stands alone."""
    return tuple(filter(None, map(text, value if isinstance(value, list) else [value])))


def the(value: Any, what: str) -> str:
    """Return what must be there; ValueError where it is not."""
    found = text(value)
    if not found:
        raise ValueError(f"the answer has no {what}")
    return found


def part(value: Any, *names: str) -> Any:
    """Return what stands at a path of names; None where the path ends early."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def reply(told: Told, number: int = 0) -> Mapping[str, Any]:
    """Return the reply to a question as an object; an empty one where it is none."""
    found = told.replies[number] if number < len(told.replies) else None
    return found if isinstance(found, Mapping) else {}


def verified(value: Any) -> bool:
    """Return whether a flag is set: networks also write "true" (Apple, LinkedIn). Not known is false."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def https(value: Any) -> str:
    """Return an https address, "" for anything else."""
    found = text(value)
    return found if found.startswith("https://") else ""


def words(*values: Any) -> str:
    """Return the texts among some values with spaces between."""
    return " ".join(filter(None, map(text, values)))


def language(value: Any) -> str:
    """Return a BCP 47 tag, "" for anything else: some write ``de_DE`` (OpenID Connect Core 1.0 §5.1), LinkedIn an
    object of ``country`` and ``language``.
    """
    if isinstance(value, Mapping):
        value = "-".join(filter(None, map(text, (value.get("language"), value.get("country")))))
    found = text(value).replace("_", "-")
    return found if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,6}", found) else ""


def openid(told: Told, network: str, *, trusts_email: bool = True) -> Profile:
    """Return who an OpenID provider's claims describe (OpenID Connect Core 1.0 §5.1).

    What userinfo says is used where the ID token is silent, which null and "" are too (§5.3.2); the subject is
    always the signed one.
    """
    signed, asked = ({k: v for k, v in one.items() if v not in (None, "")} for one in (told.claims, reply(told)))
    said = {**asked, **signed}
    email = text(said.get("email")) or next(iter(texts(said.get("emails"))), "")  # Azure AD B2C lists them
    # What was checked is the address that stands beside the word, not one that was said elsewhere.
    beside = [one for one in (signed, asked) if email and text(one.get("email")) == email]
    sure = next((one["email_verified"] for one in beside if "email_verified" in one), None)
    return Profile(
        network=network,
        issuer=told.issuer,
        subject=the(told.claims.get("sub"), "sub"),
        name=text(said.get("name"))
        or " ".join(filter(None, (text(said.get(n)) for n in ("given_name", "family_name")))),
        handle=text(said.get("preferred_username")) or text(said.get("nickname")),
        url=https(said.get("profile")),
        picture=https(said.get("picture")),
        email=email,
        email_verified=trusts_email and verified(sure),
        lang=language(said.get("locale")),
    )
