"""Recognise a page that stands in front of the page: its title is never that of what was asked for.

Reasons: ``bot_wall`` (we are taken for a robot), ``login_wall``, ``cookie_wall`` (asks for consent first),
``not_found`` (an error page sent as if it were the page), ``error`` (the server's own fault told as a page).
Two kinds of signs: marks that only walls have, and titles that count only where nothing else speaks of content.
Seen in the wild; complaints about readers that missed them are listed in docs/preview.md.
"""

from __future__ import annotations

import re

from og.reader.clean_text import clean, without_tags
from og.reader.document import Document

# A wall has little to read; bytes of a page without scripts up to which a title alone is believed.
SMALL = 60_000
# Letters of text up to which a page with no description counts as empty.
FEW_LETTERS = 1_500


def _any(*patterns: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile("|".join(patterns), flags)


# What challenge pages load or name, with the words of the services that make them (looked at 2026-11). Each is looked
# for alone: that takes half the time of trying all of them at each byte.
_MARKS = tuple(
    map(
        re.compile,
        (
            rb"/cdn-cgi/challenge-platform/h/[a-z]/orchestrate",
            rb"cf-browser-verification",
            rb"cf_chl_opt",
            rb"id=[\"']?(?:cf-error-details|px-captcha|anubis_)",
            rb"captcha-delivery\.com",
            rb"_Incapsula_Resource\?[^\"']{0,300}incident_id",
            rb"/distil_r_captcha",
            rb"ddos-guard\.net/",
            rb"validateCaptcha",
            rb"awsWafCookieDomainList",
            rb"/_sec/cp_challenge/",
        ),
    )
)
_BOT = _any(
    r"just a moment\b|one more step|checking your browser|security check|attention required!",
    r"please wait\.* \| cloudflare|vercel security checkpoint|client challenge|ddos[- ]guard",
    r"access denied|access to this page has been denied|you have been blocked|request (?:blocked|rejected)",
    r"(?:zugriff|accès|acceso) (?:verweigert|refusé|denegado)|(?:403|429) |403$|forbidden$|too many requests",
    r"(?:are you|you are|not) a? ?robot|robot (?:check|or human)|are you (?:a )?human|human verification",
    r"verify(?:ing)? (?:that )?you are|bot verification|making sure you.re not a bot|unusual traffic",
    r"pardon our interruption|sicherheitsüberprüfung|einen moment|un momento|un instant",
)
_LOGIN = _any(
    r"^(?:log ?in|sign ?in|sign up|log on|anmelden|einloggen|connexion|se connecter|iniciar sesi[oó]n)\b",
    r"^(?:inicia sesi[oó]n|accedi|entrar|inloggen|zaloguj)\b|^login\b|\blogin,? sign in\b|[|–-] login$|• login$",
    r"\b(?:log in|sign in|log into|log in or sign up|anmelden oder registrieren)$|^instagram$",
)
_LOGIN_ADDRESS = _any(r"/(?:log-?in|sign-?in|signup|register|auth|accounts?|sso|anmelden|session)\b")
_COOKIE = _any(
    r"^before you continue|^bevor (?:sie|du) (?:zu|fort)|^avant d.accéder|^antes de (?:ir|continuar)",
    r"family of brands$|^(?:cookie|privacy|consent) (?:consent|settings|wall)\b|^your privacy(?: choices)?$",
    r"^(?:datenschutz|privatsphäre)[- ]?(?:einstellungen|zustimmung)|zustimmung zu",
)
_COOKIE_HOSTS = frozenset(
    {"consent.google.com", "consent.youtube.com", "consent.yahoo.com", "guce.yahoo.com", "consent.cmp.oath.com"}
)
_NUMBER = r"(?:(?:http )?(?:error |erreur |errore )?404(?: error)?[ :,.!-]*)?"
_SORRY = r"(?:(?:sorry|oops|ups|hoppla|whoops)[!,. …]*)?"
_WHAT = (
    r"(?:(?:the |this |that |die |diese )?(?:requested |angeforderte )?"
    r"(?:page|file|document|article|post|site|content|video|url|seite|datei|beitrag|inhalt)s? "
    r"(?:you (?:requested|were looking for|are looking for) )?)?"
)
_GONE = (
    r"(?:was |is |wurde |konnte )?(?:leider )?(?:not found|can.?t be found|cannot be found|could not be found"
    r"|does ?n.t exist|does not exist|no longer (?:exists|available)|isn.t available|nicht gefunden|existiert nicht)"
)
# One part of a title, between its bars and dashes.
_MISSING = _any(
    rf"{_NUMBER}{_SORRY}{_WHAT}{_GONE}(?: werden)?[.! ]*",
    r"(?:this |the )?(?:page|video|content|post) (?:is )?(?:missing|unavailable)[.! ]*",
    r"(?:http )?(?:error )?404(?: error)?",
    rf"{_NUMBER}(?:page (?:introuvable|non trouvée)|página no encontrada|pagina non trovata|página não encontrada)",
    r"pagina niet gevonden|nie znaleziono strony|strona nie istnieje|sidan (?:hittades inte|kunde inte hittas)",
    r"страница не найдена|ページが見つかりません(?:でした)?|페이지를 찾을 수 없습니다|找不到(?:页面|網頁)",
)
_BARS = re.compile(r"\s*[|•»·]\s*|\s+[–—:-]+\s+")
_FAULT = _any(
    r"^(?:50[0234]\b|error 50\d|internal server error|bad gateway|service (?:temporarily )?unavailable)",
    r"^(?:gateway time-?out|site under maintenance|wartungsarbeiten)",
)


def blocked(document: Document) -> str:
    """Return why the page is no real content, or the empty string."""
    if document.host in _COOKIE_HOSTS:
        return "cookie_wall"
    if _says_content(document):
        return ""
    if not document.meta("og:title") and _is_marked(document.tags.source):
        return "bot_wall"
    title = clean(document.title or document.meta("og:title"), 300)
    reason = _by_title(document, title) if title else ""
    return reason if reason in ("", "not_found") or _is_small(document) else ""


def _is_marked(source: bytes) -> bool:
    return len(source) <= SMALL and any(mark.search(source) for mark in _MARKS)


def _by_title(document: Document, title: str) -> str:
    if any(_MISSING.fullmatch(part) for part in _BARS.split(title)):
        return "not_found"
    for reason, pattern in (("error", _FAULT), ("bot_wall", _BOT), ("cookie_wall", _COOKIE), ("login_wall", _LOGIN)):
        if pattern.search(title):
            return reason if reason != "login_wall" or _asks_for_password(document) else ""
    return ""


def _asks_for_password(document: Document) -> bool:
    """Whether the page wants a password although its address is not that of a login page."""
    return document.has(b"password") and not _LOGIN_ADDRESS.search(document.url)


def _says_content(document: Document) -> bool:
    """Whether the page has what only a real page's maker writes: when it was published, what kind of thing it is."""
    kind = document.meta("og:type").lower()
    return bool(
        document.meta("article:published_time")
        or kind.startswith(("article", "video", "product", "music", "book"))
        or any(key in document.node for key in ("headline", "datePublished", "offers"))
    )


def _is_small(document: Document) -> bool:
    if len(document.body) > SMALL:
        return False
    return len(" ".join(without_tags(document.body).split())) <= FEW_LETTERS
