"""Telegram: address and words in parameters of their own; the visitor chooses the chat.

`t.me/share?url=` without the second `/url` fails inside Telegram's web apps (tdesktop issue 27923).
Sharing button: https://core.telegram.org/widgets/share (read 2026-11)
"""

from networks._profiles import https, text, the, words
from networks.oauth import Credential, Login, Profile, Told
from networks.parts import Follow, Network, Share


def profile(told: Told) -> Profile:
    """Return who it is, from the fields that Telegram signed; it tells no e-mail address."""
    said = told.form
    handle = text(said.get("username"))
    return Profile(
        network="telegram",
        issuer="https://telegram.org",
        subject=the(said.get("id"), "id"),
        name=words(said.get("first_name"), said.get("last_name")) or handle,
        handle=handle,
        url=f"https://t.me/{handle}" if handle else "",
        picture=https(said.get("photo_url")),
    )


# https://core.telegram.org/widgets/login (read 2026-11): no code and no token; the fields come back signed with the
# bot's token, whose first part is the bot's number.
LOGIN = Login(
    profile,
    flow="signed",
    authorize="https://oauth.telegram.org/auth",
    credentials=(Credential("BOT_TOKEN"),),
    app=("BOT_TOKEN",),
    per_app=True,  # whoever has the token can sign for anybody
)

NETWORK = Network(
    key="telegram",
    name="Telegram",
    colour="26A5E4",
    hosts=("t.me", "telegram.me", "telegram.org"),
    share=Share(url="https://t.me/share/url?url={url}&text={text}"),
    # "a-z, 0-9 and underscores, minimum length is 5": https://telegram.org/faq#usernames-and-t-me
    # (Fragment sells names of 4.)
    follow=Follow("https://t.me/{account}", r"(?:s/)?(?P<account>[A-Za-z]\w{3,31})"),
    login=LOGIN,
    docs="https://core.telegram.org/widgets/share",
)
