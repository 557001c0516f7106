"""Developer: a network that lives on this server, so that logging in can be tried with no account anywhere.

Only with HANDBILL_ENV=development. Its page is one form of three fields; whoever types the same subject again is the
same person. An address typed in has been checked by nobody, so it is told as not verified.
"""

from networks.oauth import Login, Profile, Told
from networks.parts import Network

ISSUER = "urn:handbill:developer"


def profile(told: Told) -> Profile:
    """Return who the form says it is; ValueError without a subject."""
    subject = told.form.get("subject", "").strip()
    if not subject:
        raise ValueError("the form has no subject")
    return Profile(
        network="developer",
        issuer=ISSUER,
        subject=subject,
        name=told.form.get("name", "").strip() or subject,
        handle=subject,
        email=told.form.get("email", "").strip(),
    )


NETWORK = Network(
    key="developer",
    name="Developer",
    colour="555555",
    login=Login(profile, flow="form", credentials=(), development=True),
    docs="https://www.rfc-editor.org/rfc/rfc6749",
)
