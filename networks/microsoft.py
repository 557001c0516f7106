"""Microsoft: for logging in; nothing is shared or followed there.

Identity platform: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from networks._profiles import https, part, text, texts, the, verified
from networks.oauth import Login, Profile, Told
from networks.parts import Network

# "The tenant id of personal Microsoft accounts": https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
# Claims that an operator can ask for, of addresses in domains that were checked:
# https://learn.microsoft.com/entra/identity-platform/optional-claims-reference (read 2026-11)
CHECKED = ("verified_primary_email", "verified_secondary_email")


def profile(told: Told) -> Profile:
    """Return who it is: object id within tenant. An administrator can write any address into ``email``, so that
    proves nothing, unless Microsoft says that the owner of the domain was checked (``xms_edov``, `CHECKED`).
    """
    said = told.claims
    tenant, checked = the(said.get("tid"), "tid"), [address for name in CHECKED for address in texts(said.get(name))]
    email = text(said.get("email")) or next(iter(checked), "")
    sure = verified(said.get("xms_edov")) or said.get("xms_edov") in (1, "1")
    sure = sure or email.lower() in [one.lower() for one in checked]
    return Profile(
        network="microsoft",
        issuer=f"https://login.microsoftonline.com/{tenant}/v2.0",
        subject=the(said.get("oid") or (said.get("sub") if tenant == PERSONAL else ""), "oid"),
        name=text(said.get("name")),
        handle=text(said.get("preferred_username")),
        picture=https(part(said, "picture")),
        email=email,
        email_verified=bool(email) and sure,
    )


# https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc (read 2026-11). `common` takes work, school
# and personal accounts; its issuer has a place for the tenant, filled in by login/upstream/id_tokens.py.
LOGIN = Login(
    profile,
    issuer="https://login.microsoftonline.com/{tenantid}/v2.0",
    discovery="https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
    scopes=("openid", "profile", "email"),
    nonce=True,
    gives_back=False,
    wording="sign_in",
)

NETWORK = Network(
    key="microsoft",
    name="Microsoft",
    colour="5E5E5E",
    hosts=(
        "microsoft.com",
        "live.com",
        "outlook.com",
    ),
    login=LOGIN,
    docs="https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc",
)
