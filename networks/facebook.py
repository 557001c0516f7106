"""Facebook: the sharer takes the page's address and one hashtag; words and picture come from the page's tags only.

`quote` is dead (Meta answers it no more; react-share 5 removed it). No app id is needed.
Share Dialog: https://developers.facebook.com/docs/sharing/reference/share-dialog (2026-06-30)
"""

import re
from datetime import date, timedelta

from networks import _meta_hooks, _meta_tokens, _post_addresses
from networks._profiles import https, part, reply, text, the, verified
from networks._sources import named, of_graph, page_on
from networks._walk import query
from networks.oauth import Ask, Lasting, Login, Profile, Question, Told
from networks.parts import Follow, Network, PostCard, Share
from networks.records import Answer, Feed, Page, Policy, Request

# The Graph API's version, a year old at the most: https://developers.facebook.com/docs/graph-api/changelog
GRAPH = "https://graph.facebook.com/v24.0"


def profile(told: Told) -> Profile:
    """Return who it is. The id is scoped to our app; whether an address was checked is never said."""
    said = reply(told)
    picture = part(said, "picture", "data")
    return Profile(
        network="facebook",
        issuer="https://www.facebook.com",
        subject=the(said.get("id"), "id"),
        name=text(said.get("name")),
        # Who has no picture is given a silhouette: https://developers.facebook.com/docs/graph-api/reference/profile-picture-source/
        picture="" if verified(part(picture, "is_silhouette")) else https(part(picture, "url")),
        email=text(said.get("email")),
    )


# A Page's posts are read with the Page's own token, which has no end if it was asked for with a token of sixty days:
# https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived (read 2026-11)
LASTING = Lasting(
    scopes=("public_profile",),
    exchange=Ask(
        f"{GRAPH}/oauth/access_token",
        params={
            "grant_type": "fb_exchange_token",
            "client_id": "{client_id}",
            "client_secret": "{client_secret}",
            "fb_exchange_token": "{token}",
        },
        bearer=False,
    ),
    life=_meta_tokens.LIFE,
    lost=_meta_tokens.LOST,
    granted=Question(Ask(f"{GRAPH}/me/permissions"), _meta_tokens.permissions),
    owned=Question(
        Ask(
            f"{GRAPH}/me/accounts",
            params={"fields": "id,name,username,link,picture{url},access_token", "limit": "100"},
        ),
        _meta_tokens.pages,
    ),
    reads=("connect_reads_pages", "connect_reads_profile"),
    docs="https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived",
)


# https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow (read 2026-11). The proof ties a
# request to our secret: https://developers.facebook.com/docs/graph-api/guides/secure-requests
LOGIN = Login(
    profile,
    authorize="https://www.facebook.com/v24.0/dialog/oauth",
    tokens=f"{GRAPH}/oauth/access_token",
    scopes=("public_profile", "email"),
    separator=",",
    pkce=False,
    signed_requests=True,
    per_app=True,
    ask=(Ask(f"{GRAPH}/me", params={"fields": "id,name,email,picture.type(large)"}),),
    appsecret_proof=True,
    lasting=LASTING,
)


# --- Feed: with a Page's token ---
# https://developers.facebook.com/docs/graph-api/reference/page/feed/ (v26.0, read 2026-11)
POST_FIELDS = (
    "id,message,story,created_time,updated_time,permalink_url,full_picture,status_type,is_hidden,from{id,name,link},"
    "attachments{media,media_type,type,title,description,url,unshimmed_url,target,subattachments},shares,"
    "reactions.limit(0).summary(1),comments.limit(0).summary(1)"
)


HOSTS = ("facebook.com", "fb.com")
# A Page's name, at least five letters, digits and dots (https://www.facebook.com/help/105399436216001), and none of
# those that stand in addresses of other things.
_OTHERS = "pages|groups|events|watch|share|sharer|people|marketplace|gaming"
NAME = rf"(?!(?:{_OTHERS})(?:/|\Z)|[a-z.]+\.php)[A-Za-z0-9.]{{5,50}}"


def _numbered(source: str) -> str:
    """Return the number in the address of a Page without a name of its own; "" where there is none."""
    parts = page_on(source, HOSTS)
    path = parts.path if parts else ""
    ways = r"(?:pages|people)/[^/]+/|(?:p/|pages/category/[^/]+/)?[^/]*-"
    found = re.match(rf"/(?:{ways})(\d{{5,20}})(?:/|\Z)", path, re.ASCII)
    asked = query(parts.geturl()).get("id", "") if parts and path == "/profile.php" else ""
    return found[1] if found else asked if re.fullmatch(r"\d{3,20}", asked, re.ASCII) else ""


def _ask(source: str) -> Request:
    page = _numbered(source) or named(source, HOSTS, rf"(?:me|\d{{3,20}}|{NAME})", "me, or the Page's name")
    return Request(of_graph("graph.facebook.com", f"{page}/published_posts", POST_FIELDS, 25))


def _translate(answer: Answer) -> Page:
    from networks._facebook_posts import read

    return read(answer)


# --- Webhook ---
WEBHOOK = _meta_hooks.webhook("facebook")

NETWORK = Network(
    key="facebook",
    name="Facebook",
    colour="0866FF",
    hosts=("facebook.com", "fb.com", "fb.me", "fb.watch"),
    share=Share(
        url="https://www.facebook.com/sharer/sharer.php?u={url}&hashtag={hashtag}",
        window=(600, 640),
    ),
    follow=Follow(
        "https://www.facebook.com/{kind}{account}",
        r"(?P<kind>groups/)?(?:profile\.php\?id=)?(?P<account>[A-Za-z0-9][A-Za-z0-9.\-]{0,99})",
    ),
    login=LOGIN,
    feed=Feed(
        _translate,
        _ask,
        source="me, or the Page's name",
        access="account",
        scopes=("pages_show_list", "pages_read_engagement"),
        limits="meta",
        size=25,
    ),
    webhook=WEBHOOK,
    # Platform Terms §3.d (2026-02-03; its words as quoted in full in August 2026): as long as it is needed for the
    # owner's purpose, updated or deleted promptly when asked; no number of days. Pictures' addresses are signed, and
    # die.
    policy=Policy(
        max_age=timedelta(days=7),
        delete_within=timedelta(days=1),
        media_age=timedelta(days=1),
        own_only=True,
        source="https://developers.facebook.com/terms/",
        read=date(2026, 11, 22),
    ),
    # Only what a feed of the site has: Meta's oEmbed may be neither kept nor drawn anew (https://developers.facebook.com/docs/plugins/oembed).
    card=PostCard(_post_addresses.facebook, example="https://www.facebook.com/example/posts/1234567890"),
    docs="https://developers.facebook.com/docs/sharing/reference/share-dialog",
)
