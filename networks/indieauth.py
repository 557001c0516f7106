"""IndieAuth: for logging in with one's own web address; nothing is shared or followed there.

Standard: https://indieauth.spec.indieweb.org/
"""

from networks._profiles import https, part, reply, text, the
from networks.oauth import Login, Profile, Told
from networks.parts import Network


def profile(told: Told) -> Profile:
    """Return who it is: the address that the server answered for. Name and picture are the person's own words."""
    said = told.token
    me = the(said.get("me"), "me")
    about = part(said, "profile") or reply(told)
    return Profile(
        network="indieauth",
        issuer="https://indieauth.net",
        subject=me,
        name=text(part(about, "name")) or me.split("//", 1)[-1].strip("/"),
        handle=me.split("//", 1)[-1].strip("/"),
        url=https(me),
        picture=https(part(about, "photo")),
        email=text(part(about, "email")),
    )


# https://indieauth.spec.indieweb.org/ (read 2026-11): public clients, PKCE, our own address as the client id
LOGIN = Login(profile, flow="indieauth", scopes=("profile", "email"), auth="none", servers=True, credentials=())

NETWORK = Network(
    key="indieauth",
    name="IndieAuth",
    colour="FF5C00",
    login=LOGIN,
    docs="https://indieauth.spec.indieweb.org/",
)
