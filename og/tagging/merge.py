"""Put tags into a page that is there: what it says in another form or twice is mended, all else stays byte for byte.

    merge(html, "https://example.org/page", tags)

What was asked for (`Tags.given`) replaces what the page says; what the page says itself is kept, in the form that
everybody reads (`tags_slots.MENDED`). A tag that says already what it should is not touched, whatever its form. One
that is replaced keeps its place and its other attributes; what is missing is put after the charset. JSON-LD of the
page's own is kept: ours is added only where none says the same, and replaced where it is ours. Merging twice changes
nothing more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from og.checker.positions import Tag
from og.reader.scan import properties
from og.tagging.jsonld import same_kind, schema_of
from og.tagging.slots import MENDED, SEVERAL, all_said, full, is_said, says, slots
from og.tagging.source import Edit, Source
from og.tags import Tags, Written, og_type

_NAME = re.compile(r"[a-zA-Z_][\w:.-]*", re.ASCII)
_NOT_CARRIED = frozenset({"property", "name", "content", "value", "rel", "href", "type"})


@dataclass
class Change:
    """What becomes of one tag of the page: by slot the tags that stand in its place, or None where it stays."""

    tag: Tag
    by_slot: dict[str, list[Written] | None] = field(default_factory=dict)


def merge(html: bytes, url: str, tags: Tags) -> bytes:
    """Return a page (UTF-8) with these tags in it. Never raises, whatever the page; the time grows with it only."""
    return _Merge(Source(html, url), tags).run()


class _Merge:
    def __init__(self, source: Source, tags: Tags) -> None:
        self.source = source
        self.tags = tags
        self.address = full(source.base)
        self.missing: list[Written] = []
        self.changes: dict[int, Change] = {}
        self.there: dict[str, list[Tag]] = {}
        for tag in filter(source.whole, source.page.tags):
            for slot in slots(tag.name, tag.attributes):
                self.there.setdefault(slot, []).append(tag)

    def run(self) -> bytes:
        wanted: dict[str, list[Written]] = {}
        for tag in self.tags.tags:
            wanted.setdefault(slots(tag.tag, tag.attributes)[0], []).append(tag)
        if "jsonld" in wanted and self._has_own_jsonld():
            wanted["jsonld"] = []
        for slot, written in wanted.items():
            self._slot(slot, written, self.there.get(slot, []))
        edits = [edit for change in self.changes.values() if (edit := self._edit(change))]
        edits += [edit for edit in (self._html(), self._insertion()) if edit]
        return self.source.changed(edits)

    def _has_own_jsonld(self) -> bool:
        own = [tag for tag in self.source.page.json_blocks if not slots(tag.name, tag.attributes)]
        schema = schema_of(self.tags.fields, og_type(self.tags.fields))
        return same_kind([tag.text.encode() for tag in own], schema)

    def _says_language(self) -> bool:
        tag = self.source.page.first("html")
        return bool(
            tag and (tag.attributes.get("lang") or tag.attributes.get("xml:lang") or "lang" in self.tags.given)
        )

    def _slot(self, slot: str, wanted: list[Written], there: list[Tag]) -> None:
        """Settle one slot: leave its tags, keep one of them, replace them, or note that they are missing."""
        said = [tag for tag in there if is_said(slot, tag)]
        asked = slot == "jsonld" or any(tag.field in self.tags.given for tag in wanted)
        if not asked and slot == "og:locale" and not there and not self._says_language():
            return  # guessed from a language that the page says elsewhere: a reader would take it for more
        if not asked and said and not (slot in MENDED or (slot == "theme-color" and len(there) == 1)):
            self._once(slot, there, said)
        elif all_said(slot, there, wanted, self.address) and there:
            self._leave(slot, there)
        else:
            self._replace(slot, wanted, there)

    def _once(self, slot: str, there: list[Tag], said: list[Tag]) -> None:
        """Keep what the page says itself, once."""
        if slot in SEVERAL:
            self._leave(slot, there)
            return
        kept = next((tag for tag in said if tag.in_head), said[0])
        for tag in there:
            self._change(tag, slot, None if tag is kept else [])

    def _replace(self, slot: str, wanted: list[Written], there: list[Tag]) -> None:
        placed = [tag for tag in there if tag.in_head and not tag.in_noscript]
        if slot == "title" and self.tags.fields.title:
            kept = next((tag for tag in placed[:1] if self.tags.fields.title in " ".join(tag.text.split())), None)
        else:
            kept = next((tag for tag in placed if len(wanted) == 1 and says(tag, wanted[0])), None)
        first = kept or (placed[0] if placed else None)
        for tag in there:
            self._change(tag, slot, [] if tag is not first else None if kept else wanted)
        if first is None:
            self.missing += wanted

    def _leave(self, slot: str, there: list[Tag]) -> None:
        for tag in there:
            self._change(tag, slot, None)

    def _change(self, tag: Tag, slot: str, wanted: list[Written] | None) -> None:
        self.changes.setdefault(tag.start, Change(tag)).by_slot[slot] = wanted

    # --- what that means for the source ---

    def _edit(self, change: Change) -> Edit | None:
        tag = change.tag
        if all(wanted is None for wanted in change.by_slot.values()):
            return None
        text = self.source.newline.join(part.encode() for part in self._in_place(change))
        if text.count(self.source.newline):
            indent = self.source.indent(self.source.end_of(tag))
            text = text.replace(self.source.newline, self.source.newline + indent)
        return Edit(tag.start, self.source.end_of(tag), text)

    def _in_place(self, change: Change) -> list[str]:
        """Return what stands in place of a tag: what is wanted there, and what else it says."""
        tag, said = change.tag, slots(change.tag.name, change.tag.attributes)
        found: list[Written] = []
        for slot in said:
            wanted = change.by_slot.get(slot)
            found += [_again(tag, slot)] if wanted is None else wanted
        if len(said) == len(found) == 1 and found[0].tag == tag.name:
            found = [_carrying(found[0], tag)]
        closed = self.source.html.endswith(b"/>", 0, self.source.end_of(tag))
        style = replace(self.source.style, closed=closed) if tag.name in ("meta", "link") else self.source.style
        return list(dict.fromkeys(written.as_html(style) for written in found))

    def _html(self) -> Edit | None:
        asked = {"lang": self.tags.fields.lang, "dir": self.tags.fields.dir}
        return self.source.html_edit({k: v for k, v in asked.items() if v and k in self.tags.given})

    def _insertion(self) -> Edit | None:
        if not self.missing:
            return None
        at = self.source.anchor()
        return Edit(at, at, self.source.block(at, [tag.as_html(self.source.style) for tag in self.missing]))


def _again(tag: Tag, slot: str) -> Written:
    """Return a meta that says one of the things that a tag of the page says."""
    words = [("property", word) for word in properties(tag.attributes)]
    name, word = next(
        pair
        for pair in (*words, ("name", tag.attributes.get("name", "").strip()))
        if slot in slots("meta", dict([pair]))
    )
    said = {name: word, "content": tag.attributes.get("content", "")}
    return Written("meta", MappingProxyType(said))


def _carrying(wanted: Written, tag: Tag) -> Written:
    """Return a tag of ours with the attributes that the page's has besides: scripts and plug-ins know it by them."""
    if tag.name not in ("meta", "link"):
        return wanted
    taken = _NOT_CARRIED | set(wanted.attributes)
    more = {name: value for name, value in tag.attributes.items() if name not in taken and _NAME.fullmatch(name)}
    return replace(wanted, attributes=MappingProxyType({**wanted.attributes, **more}))
