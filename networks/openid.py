"""OpenID Connect: for logging in with a provider of the operator's choice; nothing is shared or followed there.

Standard: https://openid.net/specs/openid-connect-core-1_0.html
"""

from networks._profiles import openid
from networks.oauth import Credential, Login, Profile, Told
from networks.parts import Network


def profile(told: Told) -> Profile:
    """Return who it is, as the provider's claims say."""
    return openid(told, "openid")


# https://openid.net/specs/openid-connect-core-1_0.html §3.1: the issuer is a setting, its document says the rest.
# CLIENT_AUTH is what the provider knows us by (§9): basic, post, jwt, private_key_jwt (with our /oauth/jwks) or none.
# ID_TOKEN_ALG is how it signs for us, where that is not what its document offers (§10.1: HS256 and the like, by the
# client's secret); PRIVATE_KEY opens what it encrypts to us (§10.2). SCOPES are asked for in place of those here.
# ACR_VALUES say how sure the provider shall be who somebody is (§3.1.2.1): FranceConnect wants that said.
LOGIN = Login(
    profile,
    issuer="{ISSUER}",
    scopes=("openid", "profile", "email"),
    nonce=True,
    auth="offered",
    gives_back=False,
    app=("ISSUER", "CLIENT_ID"),
    credentials=(
        Credential("CLIENT_ID", secret=False),
        Credential("CLIENT_SECRET", optional=True),
        Credential("ISSUER", secret=False),
        Credential("NAME", secret=False, optional=True),
        Credential("CLIENT_AUTH", secret=False, optional=True),
        Credential("SCOPES", secret=False, optional=True),
        Credential("ACR_VALUES", secret=False, optional=True),
        Credential("ID_TOKEN_ALG", secret=False, optional=True),
        Credential("PRIVATE_KEY", optional=True),
    ),
)

NETWORK = Network(
    key="openid",
    name="OpenID",
    colour="F78C40",
    login=LOGIN,
    docs="https://openid.net/specs/openid-connect-core-1_0.html",
)
