"""Apple: for logging in; nothing is shared or followed there.

Sign in with Apple: https://developer.apple.com/documentation/signinwithapple
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from networks._profiles import openid, part, words
from networks.oauth import Credential, Login, Profile, Told
from networks.parts import Network

ISSUER = "https://appleid.apple.com"
# "The value must not be greater than 15777000 (6 months in seconds) from the Current Unix Time"; ours is for one
# request. https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
LIFE = timedelta(minutes=5)


def profile(told: Told) -> Profile:
    """Return who it is. The name comes once, at the first login, in a field beside the code and not in the token."""
    import json

    found = openid(told, "apple")
    try:
        name = part(json.loads(told.form.get("user", "")), "name")
    except (ValueError, RecursionError):  # it comes through the browser: nothing that cannot be read is a name
        return found
    said = words(part(name, "firstName"), part(name, "lastName"))
    return replace(found, name=said) if said else found


def client_secret(credentials: Mapping[str, str], now: datetime) -> str:
    """Return the client secret: a JWT signed with the key that Apple gave the operator (ES256).

    Raises ValueError where the key is none.
    """
    from joserfc import jwt
    from joserfc.jwk import ECKey

    key = ECKey.import_key(credentials["PRIVATE_KEY"].replace("\\n", "\n"))
    claims = {
        "iss": credentials["TEAM_ID"],
        "iat": int(now.timestamp()),
        "exp": int((now + LIFE).timestamp()),
        "aud": ISSUER,
        "sub": credentials["CLIENT_ID"],
    }
    return jwt.encode({"alg": "ES256", "kid": credentials["KEY_ID"]}, claims, key, algorithms=["ES256"])


# https://developer.apple.com/documentation/signinwithapple/incorporating-sign-in-with-apple-into-other-platforms
# (read 2026-11): with scopes the answer comes as a POST from Apple's page. Revoking would end the person's consent.
LOGIN = Login(
    profile,
    issuer=ISSUER,
    scopes=("name", "email"),
    nonce=True,
    response_mode="form_post",
    make_secret=client_secret,
    gives_back=False,
    credentials=(
        Credential("CLIENT_ID", secret=False),
        Credential("TEAM_ID", secret=False),
        Credential("KEY_ID", secret=False),
        Credential("PRIVATE_KEY"),
    ),
    per_app=True,  # an id holds within one developer team
    wording="sign_in",
)

NETWORK = Network(
    key="apple",
    name="Apple",
    colour="000000",
    hosts=(
        "apple.com",
        "icloud.com",
    ),
    login=LOGIN,
    docs="https://developer.apple.com/documentation/signinwithapple",
)
