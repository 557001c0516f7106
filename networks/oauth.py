"""What a network says about logging in there: where to ask, how it wants to be asked, and who its answer describes.

A network's file fills in a `Login`: facts, and one or two small functions that translate. What is done with it is in
`login/`: sending people there, taking them back, asking for tokens, checking signatures. Nothing here opens a
connection or knows a web framework.

Terms are those of RFC 6749, RFC 7636 (PKCE) and OpenID Connect Core 1.0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, TypeVar

# How a client proves itself at the token endpoint (RFC 6749 §2.3, RFC 7523 §2.2): a header, fields of the body or of
# the query, a JWT signed with our key (``private_key_jwt``) or with the secret (``jwt``), or not at all; or as the
# operator says and the provider's document offers.
ClientAuth = Literal["basic", "post", "query", "private_key_jwt", "jwt", "none", "offered"]

# Which engine drives the login:
#   oauth2     authorize address -> code -> token -> the requests of `ask`; with an issuer, OpenID Connect on top
#   form       a page of our own asks (the developer network)
#   indieauth  the address typed in says where to ask (https://indieauth.spec.indieweb.org/)
#   atproto    handle -> DID -> server; pushed requests, DPoP (https://atproto.com/specs/oauth)
#   signed     the network sends signed fields back to us (Telegram)
Flow = Literal["oauth2", "form", "indieauth", "atproto", "signed"]


@dataclass(frozen=True)
class Profile:
    """Who a network says somebody is.

    The account is known by ``network``, ``issuer`` and ``subject``, and by nothing else: a name, a handle and an
    e-mail address can all change hands. ``issuer`` is the OpenID issuer, or the origin of the server among many, or
    the network's own origin. ``subject`` never changes at the network. ``email_verified`` is true only where the
    network's own documented rule says that it has checked the address; not known is false. ``url`` is the page of the
    person there, ``picture`` an https address at the network, ``lang`` a BCP 47 tag. Absent is empty. ``aliases`` are
    other ids that the network may call them by when it asks us to forget them; nobody logs in by one.
    """

    network: str
    issuer: str
    subject: str
    name: str = ""
    handle: str = ""
    url: str = ""
    picture: str = ""
    email: str = ""
    email_verified: bool = False
    lang: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ask:
    """A request with the access token that tells who it belongs to.

    ``url`` and the values of ``params`` may hold ``{server}``, ``{token}``, ``{client_id}`` and any name of the token
    reply's own strings, such as ``{user_id}``. ``bearer`` puts the token into the Authorization header (RFC 6750
    §2.1). ``json`` sends the parameters of a POST as a JSON object in place of a form. ``optional`` marks one whose
    failure leaves a gap in the profile instead of ending the login.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    bearer: bool = True
    json: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Told:
    """All that a network has told by the end of a login; what `Login.profile` translates.

    ``token`` is the token reply without its tokens, ``claims`` the verified ID token's (empty without one),
    ``replies`` the parsed JSON of each request of `Login.ask` in order (None for an optional one that failed),
    ``form`` the fields that came back with the code or from a form of ours, ``issuer`` and ``server`` where it was.
    """

    token: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    replies: tuple[Any, ...] = ()
    form: Mapping[str, str] = field(default_factory=dict)
    issuer: str = ""
    server: str = ""


@dataclass(frozen=True)
class Credential:
    """One value that the operator gets from the network: the setting is ``HANDBILL_<NETWORK>_<suffix>``."""

    suffix: str
    secret: bool = True
    optional: bool = False


CLIENT = (Credential("CLIENT_ID", secret=False), Credential("CLIENT_SECRET"))
"""What most networks give: an id and a secret."""


Read = TypeVar("Read")


@dataclass(frozen=True)
class Question(Generic[Read]):
    """A request with the token, and what is read out of its reply; ``read`` raises ValueError where it is none."""

    ask: Ask
    read: Callable[[Any], Read]


@dataclass(frozen=True)
class Owned:
    """Something that an account manages and that has a token of its own, such as a Page of Facebook."""

    profile: Profile
    token: str = field(repr=False)


@dataclass(frozen=True)
class Lasting:
    """How tokens are had that are kept, so that an account's posts can be read while its owner is away.

    What is not said here is as in `Login`, whose scopes give way to ``scopes`` and those of the network's feed:
    ``scopes`` are what it takes to learn who the owner is. ``extra`` and ``token_extra`` are added to the authorize
    and the token request, ``ask`` and ``profile`` stand in for those of `Login`. ``revoke`` is where a kept token is
    given back, if elsewhere than a plain login's. ``exchange`` makes a token of months of the first, short one;
    ``renew`` makes the next one of a token that has not ended (without it, RFC 6749 §6: a refresh token). Both may
    hold ``{token}``, ``{client_id}`` and ``{client_secret}``. ``life`` is how long a token is good where the reply
    does not say; None is without end. ``lost`` are the network's codes, beside ``invalid_grant``, that mean that only
    the owner can help. ``granted`` asks what was allowed, where the token reply does not say. ``owned`` asks for what
    is read in place of the account itself; the owner chooses one of them. ``reads`` says in plain words what is read:
    keys of `login/languages`. ``docs`` is the page that this was read on.
    """

    scopes: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    token_extra: Mapping[str, str] = field(default_factory=dict)
    ask: tuple[Ask, ...] = ()
    profile: Callable[[Told], Profile] | None = None
    revoke: str = ""
    exchange: Ask | None = None
    renew: Ask | None = None
    life: timedelta | None = None
    lost: frozenset[str] = frozenset()
    granted: Question[frozenset[str]] | None = None
    owned: Question[tuple[Owned, ...]] | None = None
    reads: tuple[str, ...] = ("connect_reads_posts", "connect_reads_profile")
    docs: str = ""


@dataclass(frozen=True)
class Login:
    """How somebody logs in with a network.

    ``authorize``, ``tokens``, ``revoke`` are addresses; on a network of many servers they hold ``{server}``. Where
    ``issuer`` is set, addresses that are empty come from its discovery document, and ID tokens must be from it;
    ``discovery`` is where that document is, if not at the issuer's own well-known place. ``{NAME}`` in the issuer
    is the credential of that name. ``scopes`` are joined with ``separator``. ``auth`` is how we prove ourselves for
    the token; ``pkce`` and ``nonce`` are sent unless the network breaks on them. ``client_id`` is the name of that
    parameter. ``extra`` parameters go with the authorize request, ``token_extra`` with the token request.
    ``response_mode`` is ``form_post`` where the answer comes as a POST from another site. ``ask`` are the requests
    for the profile, in order; ``profile`` translates what was told, or raises ValueError where it does not say who
    it is about. ``servers`` marks a network of many servers, where the person names one first and ``register`` may
    be where a client is registered there; ``by_address`` is how those of them are asked that register nobody, and
    know a client by the address of a page of its own. ``appsecret_proof`` signs requests as Meta asks for.
    ``make_secret`` makes the client secret anew for each request, from the credentials by suffix and the time, where
    the network wants it signed and short-lived. ``gives_back`` says whether the token is revoked once the profile is
    read: not where that would withdraw the person's consent, so that they were asked again at every login.
    ``signed_requests`` says that the network tells by Meta's signed requests who took our app away. ``wording`` is
    what the network's brand rules make of the button: "Continue with …", or "Sign in with …" where prescribed.
    ``app`` are the credentials that tell one of our applications there from another, of a secret only what stands
    before its colon; ``per_app`` says that ids of people hold within one application, or on its holder's word alone.
    ``lasting`` is how tokens are had that are kept, on networks whose posts are read with their owner's account.
    """

    profile: Callable[[Told], Profile]
    flow: Flow = "oauth2"
    authorize: str = ""
    tokens: str = ""
    revoke: str = ""
    issuer: str = ""
    discovery: str = ""
    scopes: tuple[str, ...] = ()
    separator: str = " "
    auth: ClientAuth = "post"
    pkce: bool = True
    nonce: bool = False
    client_id: str = "client_id"
    extra: Mapping[str, str] = field(default_factory=dict)
    token_extra: Mapping[str, str] = field(default_factory=dict)
    response_mode: Literal["query", "form_post"] = "query"
    ask: tuple[Ask, ...] = ()
    servers: bool = False
    register: str = ""
    by_address: Login | None = None
    appsecret_proof: bool = False
    make_secret: Callable[[Mapping[str, str], datetime], str] | None = None
    gives_back: bool = True
    signed_requests: bool = False
    credentials: tuple[Credential, ...] = CLIENT
    app: tuple[str, ...] = ("CLIENT_ID",)
    per_app: bool = False
    wording: Literal["continue", "sign_in"] = "continue"
    lasting: Lasting | None = None
    development: bool = False
    """Whether this exists with HANDBILL_ENV=development only."""
