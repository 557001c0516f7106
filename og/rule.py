"""What a rule is: one field of the preview with its candidates in order of trust; the first sound value wins."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from og.reader.document import Document
from og.reader.jsonld import texts

Read = Callable[[Document], Iterable[Any]]
Clean = Callable[[Any, Document], Any]


@dataclass(frozen=True)
class Candidate:
    """One place to look: its name, which a preview gives as the value's source, and how to read it."""

    name: str
    read: Read


@dataclass(frozen=True)
class Rule:
    """How one field is found.

    ``clean`` turns what a candidate gives into the field's value, or into None or ``""`` where it is not sound.
    ``hosts`` are the hosts (and what lies under them) a rule is for; empty means every page. Rules of plug-ins, by
    the entry point group ``handbill.rules``, are asked before ours; their ``key`` is theirs alone, such as
    ``example-com-author``.
    """

    key: str
    field: str
    candidates: tuple[Candidate, ...]
    clean: Clean = lambda value, _document: value
    hosts: tuple[str, ...] = ()

    def applies(self, host: str) -> bool:
        """Tell whether this rule is for a page of this host."""
        return not self.hosts or any(host == h or host.endswith("." + h) for h in self.hosts)

    def choose(self, document: Document) -> tuple[Any, str]:
        """Return the first sound value and the name of its candidate; ``(None, "")`` where there is none."""
        for candidate in self.candidates:
            for raw in candidate.read(document):
                value = self.clean(raw, document)
                if value:
                    return value, candidate.name
        return None, ""


def meta(*keys: str) -> tuple[Candidate, ...]:
    """Candidates that are metas, each named like its key."""
    return tuple(Candidate(key, _meta_reader(key)) for key in keys)


def _meta_reader(key: str) -> Read:
    return lambda document: document.metas.get(key, ())


def odd_meta(*keys: str) -> tuple[Candidate, ...]:
    """Candidates that are metas whose value stands in ``value``: less sure than what any standard names."""
    return tuple(Candidate(key, _odd_reader(key)) for key in keys)


def _odd_reader(key: str) -> Read:
    return lambda document: document.odd_metas.get(key, ())


def link(*relations: str) -> tuple[Candidate, ...]:
    """Candidates that are links, each named ``link:`` and its relation."""
    return tuple(Candidate(f"link:{relation}", _link_reader(relation)) for relation in relations)


def _link_reader(relation: str) -> Read:
    return lambda document: [found["href"] for relations, found in document.links if relation in relations]


def jsonld(key: str, *inner: str) -> Candidate:
    """The candidate that is a property of the JSON-LD node the page is about."""
    return Candidate(f"jsonld:{key}", lambda document: texts(document.graph.resolved(document.node.get(key)), *inner))
