"""OpenID Connect: for logging in with a provider of the operator's choice; nothing is shared or followed there.

Standard: https://openid.net/specs/openid-connect-core-1_0.html
"""

from networks._profiles import openid
from networks.oauth import CLIENT, Credential, Login, Profile, Told
from networks.parts import Network


def profile(told: Told) -> Profile:
    """Return who it is, as the provider's claims say."""
    return openid(told, "openid")


# https://openid.net/specs/openid-connect-core-1_0.html §3.1: the issuer is a setting, its document says the rest
LOGIN = Login(
    profile,
    issuer="{ISSUER}",
    scopes=("openid", "profile", "email"),
    nonce=True,
    gives_back=False,
    credentials=(*CLIENT, Credential("ISSUER", secret=False), Credential("NAME", secret=False, optional=True)),
)

NETWORK = Network(
    key="openid",
    name="OpenID",
    colour="F78C40",
    login=LOGIN,
    docs="https://openid.net/specs/openid-connect-core-1_0.html",
)
