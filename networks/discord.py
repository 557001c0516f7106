"""Discord: no address shares a page there, so the native sheet or a copied link does.

Followed is a server, by invite:
https://support.discord.com/hc/en-us/articles/208866998-Invites-101
"""

from networks._profiles import language, reply, text, the, verified
from networks.oauth import Ask, Login, Profile, Told
from networks.parts import Follow, Network, Share


def profile(told: Told) -> Profile:
    """Return who it is. The picture's address is put together from ids, as Discord's reference says.

    Names of before 2023 are told apart by a number, which is 0 for those that are there once
    (https://docs.discord.com/developers/resources/user, read 2026-11).
    """
    said = reply(told)
    subject, picture, email = the(said.get("id"), "id"), text(said.get("avatar")), text(said.get("email"))
    name, number = text(said.get("username")), text(said.get("discriminator")).strip("0")
    return Profile(
        network="discord",
        issuer="https://discord.com",
        subject=subject,
        name=text(said.get("global_name")) or name,
        handle=f"{name}#{said['discriminator']}" if name and number else name,
        picture=f"https://cdn.discordapp.com/avatars/{subject}/{picture}.png" if picture else "",
        email=email,
        email_verified=bool(email) and verified(said.get("verified")),
        lang=language(said.get("locale")),
    )


# https://discord.com/developers/docs/topics/oauth2 (read 2026-11)
LOGIN = Login(
    profile,
    authorize="https://discord.com/oauth2/authorize",
    tokens="https://discord.com/api/oauth2/token",
    revoke="https://discord.com/api/oauth2/token/revoke",
    scopes=("identify", "email"),
    ask=(Ask("https://discord.com/api/users/@me"),),
)

NETWORK = Network(
    key="discord",
    name="Discord",
    colour="5865F2",
    hosts=(
        "discord.com",
        "discord.gg",
        "discordapp.com",
    ),
    share=Share(fallback=True),
    follow=Follow("https://discord.gg/{account}", r"(?:invite/)?(?P<account>[A-Za-z0-9\-]{2,32})"),
    login=LOGIN,
    docs="https://support.discord.com/hc/en-us/articles/208866998-Invites-101",
)
