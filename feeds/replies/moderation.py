"""What a site's owner wants of the conversations under its pages: hidden, approved first, nobody from there.

What was said of a reply is kept under its id, whether the reply is there or not. What is hidden is hidden under all
its names: it does not come back where somebody else tells of it. An approval is for the words that were approved: who
edits them waits again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from sqlalchemy import delete, select

from core.addresses import LONGEST, web_address
from core.errors import Invalid, NotFound
from feeds.options import LONGEST_WORD, MOST_WORDS, FeedOptions
from feeds.replies.tables import ReplyBlockRow, ReplyMarkRow
from feeds.replies.tree import names_of
from feeds.same import plain
from networks.records import Author, Post

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.database import Database

Kind = Literal["author", "host", "word"]
State = Literal["shown", "hidden", "waiting", "blocked"]
# Marks looked up in one question: databases take some thousands of values.
_BATCH = 500
# Hex digits of a name's key, as of a reply's (feeds.replies.store).
_NAME = 24


@dataclass(frozen=True)
class Block:
    """Of whom, or of what, a site wants no replies."""

    kind: Kind
    value: str


@dataclass(frozen=True)
class Rules:
    """What holds for one site's conversations."""

    approve: bool
    authors: frozenset[str]
    hosts: frozenset[str]
    words: FeedOptions
    marks: Mapping[str, tuple[bool, str]]

    def state(self, key: str, post: Post, words: str) -> State:
        """Return what becomes of a reply: ``key`` is our id of it, ``words`` the digest of what it says."""
        if any(self.marks[one][0] for one in keys_of(key, post) if one in self.marks):
            return "hidden"
        if self.bars(post.author) or self._is_from(post.url) or not self.words.shows(post):
            return "blocked"
        return "waiting" if self.approve and self.marks.get(key, (False, ""))[1] != words else "shown"

    def bars(self, author: Author | None) -> bool:
        """Return whether somebody is not wanted: by their address, their handle, or where they are from."""
        if author is None or not (self.authors or self.hosts):
            return False
        names = {plain(author.url), author.handle.lstrip("@").casefold()} - {""}
        return bool(names & self.authors) or self._is_from(author.url) or self._has(author.handle.rpartition("@")[2])

    def _is_from(self, url: str) -> bool:
        return bool(self.hosts) and self._has(plain(url).partition("/")[0].partition(":")[0])

    def _has(self, host: str) -> bool:
        labels = host.casefold().split(".")
        return any(".".join(labels[n:]) in self.hosts for n in range(len(labels)))


def keys_of(key: str, post: Post) -> list[str]:
    """Return under what marks of a reply are looked up: our id of it, and one for each of its names."""
    names = sorted(names_of(post))
    return [key, *("n" + sha256(name.encode("utf-8", "replace")).hexdigest()[:_NAME] for name in names)]


def rules_of(session: Session, site_key: str, said: Iterable[tuple[str, Post]], *, approve: bool) -> Rules:
    """Return what holds for a site, with the marks of these replies, each with our id of it."""
    query = select(ReplyBlockRow.kind, ReplyBlockRow.value).where(ReplyBlockRow.site_key == site_key)
    blocks = [(kind, value) for kind, value in session.execute(query)]
    values = {kind: [value for one, value in blocks if one == kind] for kind in ("author", "host", "word")}
    marks: dict[str, tuple[bool, str]] = {}
    keys = list({one for key, post in said for one in keys_of(key, post)})
    for start in range(0, len(keys), _BATCH):
        mine = (ReplyMarkRow.site_key == site_key, ReplyMarkRow.key.in_(keys[start : start + _BATCH]))
        marks |= {row.key: (row.hidden, row.approved) for row in session.scalars(select(ReplyMarkRow).where(*mine))}
    words = FeedOptions(block=tuple(values["word"]))
    return Rules(approve, frozenset(values["author"]), frozenset(values["host"]), words, marks)


class Moderation:
    """What owners say. Costs nothing to make."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def hide(self, site_key: str, key: str, post: Post, *, hidden: bool = True) -> None:
        """Hide a reply under a site's pages, also when it is read again; or show it again."""
        with self._database.session(write=True) as session:
            for one in keys_of(key, post):
                self._mark(session, site_key, one).hidden = hidden

    def approve(self, site_key: str, key: str, post: Post, words: str) -> None:
        """Show a reply where its site shows only what was approved; ``words`` is the digest of what it says."""
        self.hide(site_key, key, post, hidden=False)
        with self._database.session(write=True) as session:
            self._mark(session, site_key, key).approved = words

    def block(self, site_key: str, written: str, *, word: bool = False) -> Block:
        """Want no replies of somebody (address or handle), of a whole server, or with a word. Raises Invalid."""
        block = block_of(written, word=word)
        with self._database.session(write=True) as session:
            if len(blocks_of(session, site_key)) >= MOST_WORDS:
                raise Invalid(f"At most {MOST_WORDS} people, servers and words.", field="who")
            if session.get(ReplyBlockRow, (site_key, block.kind, block.value)) is None:
                session.add(ReplyBlockRow(site_key=site_key, kind=block.kind, value=block.value, at=self._now()))
        return block

    def unblock(self, site_key: str, written: str, *, word: bool = False) -> Block:
        """Take that back. Raises NotFound where it was not said."""
        block = block_of(written, word=word)
        same = {"site_key": site_key, "kind": block.kind, "value": block.value}
        with self._database.session(write=True) as session:
            gone = session.execute(delete(ReplyBlockRow).filter_by(**same).returning(ReplyBlockRow.value)).first()
        if gone is None:
            raise NotFound("That is not blocked on this site.", code="no_block")
        return block

    def blocks(self, site_key: str) -> list[Block]:
        """Return what a site has blocked."""
        with self._database.session() as session:
            return blocks_of(session, site_key)

    def _mark(self, session: Session, site_key: str, key: str) -> ReplyMarkRow:
        row = session.get(ReplyMarkRow, (site_key, key))
        if row is None:
            row = ReplyMarkRow(site_key=site_key, key=key, hidden=False, approved="")
            session.add(row)
        row.at = self._now()
        return row


def blocks_of(session: Session, site_key: str) -> list[Block]:
    """Return what a site has blocked, in order."""
    query = select(ReplyBlockRow).where(ReplyBlockRow.site_key == site_key)
    rows: Iterable[ReplyBlockRow] = session.scalars(query.order_by(ReplyBlockRow.kind, ReplyBlockRow.value))
    return [Block(row.kind, row.value) for row in rows]  # type: ignore[arg-type]  # only such kinds are written


def block_of(written: str, *, word: bool = False) -> Block:
    """Read what an owner writes: ``https://host/@me``, ``@me@host``, ``host``, or a word. Raises Invalid."""
    given = written.strip()
    if not 1 <= len(given) <= (LONGEST_WORD if word else LONGEST) or not given.isprintable():
        raise Invalid("Write a profile's address, a handle, a server's name, or with --word a word.", field="who")
    if word:
        return Block("word", given)
    if "://" in given:
        address = plain(web_address(given, "who"))
        return Block("author" if "/" in address else "host", address)
    if "@" in given:
        return Block("author", given.lstrip("@").casefold())
    return Block("host", given.casefold().rstrip("."))
