"""Lemmy as a network, and a greeting as a widget: what a third party needs to add both."""

from typing import Any

from pydantic import Field

from networks.parts import Follow, Network, Share
from widgets.base import Context, Options, Widget

VERSION = "1.0.0"
NETWORK = Network(
    key="lemmy",
    name="Lemmy",
    colour="00A846",
    share=Share(url="https://lemmy.example/create_post?url={url}&title={text}", limit=200),
    follow=Follow("https://lemmy.example/u/{account}", r"(?P<account>\w{1,20})"),
    icon="M4 4h16v16H4z",
)
IMPOSTOR = Network(key="facebook", name="Not Facebook", colour="000000")


class GreetingOptions(Options):
    """Whom to greet."""

    name: str = Field("you", max_length=40, description="Whom to greet.")


def data(options: GreetingOptions, context: Context) -> dict[str, Any]:
    """Return the greeting."""
    return {"widget": "greeting", "lang": context.words.lang, "name": options.name, "words": {}, "buttons": []}


WIDGET = Widget("greeting", "A greeting", GreetingOptions, data, source="<p>Hello, {{ name }}</p>")
