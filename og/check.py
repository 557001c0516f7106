"""Check a page's preview: what is wrong with its tags and where, and how the page looks on each platform.

report = check(from_html(html, url), html)
report.findings[0].code, report.findings[0].line, report.looks["facebook"].title
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from og.checker.platforms import platforms
from og.checker.platforms.look import look
from og.checker.platforms.parts import Look
from og.checker.positions import MOST_BYTES, Page, Tag
from og.checker.rules import rules
from og.checker.rules.parts import SEVERITIES, Fault, Known, Nothing, Rule, Subject, Surroundings
from og.reader.addresses import page_address
from og.reader.encoding import as_utf8, is_xml
from og.record import Preview
from og.tagging.fix import Fixed, fixed

# Findings of one rule that are told; more of the same help nobody.
MOST_OF_A_RULE = 5


@dataclass(frozen=True)
class Finding:
    """One fault of the page, told whole. Line and column count from 1.

    Where a tag is missing, ``tag`` is empty, and line and column are those of the head, where it belongs.
    """

    rule: Rule
    what: str
    fix: str
    tag: str = ""
    line: int = 0
    column: int = 0
    platforms: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The stable name of the rule."""
        return self.rule.code

    @property
    def severity(self) -> str:
        """``error``, ``warning`` or ``hint``: see og/checker/rules/parts.py."""
        return self.rule.severity

    @property
    def message(self) -> str:
        """What is wrong, and why that matters."""
        return f"{self.what} {self.rule.why}"

    def as_json(self) -> dict[str, Any]:
        """Return the finding as the API has it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "fix": self.fix,
            "tag": self.tag or None,
            "line": self.line or None,
            "column": self.column or None,
            "platforms": list(self.platforms),
            "source": self.rule.source.url,
        }


@dataclass(frozen=True)
class Report:
    """Everything the checker says of a page. ``hops`` are the addresses that redirected to it."""

    findings: tuple[Finding, ...]
    looks: Mapping[str, Look]
    preview: Preview
    url: str
    fixed: Fixed
    unread: int = field(default=0)
    hops: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the report as the API has it."""
        return {
            "findings": [finding.as_json() for finding in self.findings],
            "platforms": {name: found.as_json() for name, found in self.looks.items()},
            "preview": self.preview.as_json(),
        }

    def count(self, severity: str) -> int:
        """Return how many findings there are of a severity."""
        return sum(finding.severity == severity for finding in self.findings)


def check(
    preview: Preview,
    html: bytes,
    *,
    url: str = "",
    content_type: str = "",
    pasted: bool = False,
    pictures: Mapping[str, Known] | None = None,
    around: Surroundings | None = None,
) -> Report:
    """Check a page. Never raises, whatever the bytes; time and memory grow with them only.

    ``url`` is where the page was found (``preview.url`` is what the page says); ``content_type`` the value of its
    HTTP header, or, where the text was ``pasted``, how we encoded it; ``pictures`` what is known of its pictures from
    their bytes, by address; ``around`` what else was seen besides the page. Each only adds findings.
    """
    text, _ = as_utf8(html[:MOST_BYTES], content_type)
    subject = Subject(
        Page(text, page_address(url) or preview.url, xml=is_xml(content_type)),
        preview,
        "" if pasted else content_type,
        html[:MOST_BYTES],
        MappingProxyType(dict(pictures or {})),
        around or Nothing(),
    )
    looks = {platform.key: look(platform, subject) for platform in platforms()}
    found = sorted(_findings(subject), key=lambda f: (SEVERITIES.index(f.rule.severity), f.line or 10**9))
    unread = max(0, len(html) - MOST_BYTES)
    hops = subject.around.hops
    return Report(tuple(found), MappingProxyType(looks), preview, subject.url, fixed(subject), unread, hops)


def _findings(subject: Subject) -> Iterator[Finding]:
    for rule in rules():
        for number, fault in enumerate(rule.find(subject)):
            if number == MOST_OF_A_RULE:
                break
            yield _finding(rule, fault, subject.head)


def _finding(rule: Rule, fault: Fault, head: Tag | None) -> Finding:
    tag = fault.tag
    return Finding(
        rule,
        fault.what or rule.what,
        fault.fix or rule.fix,
        tag.written if tag and tag is not head else "",
        tag.line if tag else 0,
        tag.column if tag else 0,
        fault.platforms or rule.platforms,
    )
