"""Every rule of the checker: a page that breaks it, one that does not, and the place of the tag."""

from __future__ import annotations

from pathlib import Path

import pytest

from og.checker.platforms import platforms
from og.checker.rules import rules
from og.checker.rules.parts import EVERY, GROUPS
from tests.og.check.pages import cases, html_of, report_of

CODES = [rule.code for rule in rules()]


def test_every_rule_has_its_pair_and_every_pair_its_rule() -> None:
    assert sorted(cases()) == sorted(CODES)
    assert len(set(CODES)) == len(CODES)


@pytest.mark.parametrize("code", CODES)
def test_the_failing_page_is_told(code: str) -> None:
    report, _ = report_of(code, "fails")
    assert code in {finding.code for finding in report.findings}


@pytest.mark.parametrize("code", CODES)
def test_the_passing_page_is_not(code: str) -> None:
    report, _ = report_of(code, "passes")
    assert code not in {finding.code for finding in report.findings}


@pytest.mark.parametrize("code", CODES)
def test_the_tag_stands_at_its_line_and_column(code: str) -> None:
    report, html = report_of(code, "fails")
    lines = html.split("\n")
    for finding in report.findings:
        if finding.line and finding.tag and finding.code != "jsonld-broken":  # that one names the mistake within
            rest = "\n".join([lines[finding.line - 1][finding.column - 1 :], *lines[finding.line :]])
            assert rest.startswith(finding.tag.rstrip("…")), finding


def test_a_mistake_in_json_is_told_at_its_own_line() -> None:
    report, html = report_of("jsonld-broken", "fails")
    finding = next(f for f in report.findings if f.code == "jsonld-broken")
    assert html.split("\n")[finding.line - 1][finding.column - 1] in ",}"


@pytest.mark.parametrize("rule", rules(), ids=CODES)
def test_a_rule_says_everything(rule: object) -> None:
    r = rule
    assert r.severity in {"error", "warning", "hint"}  # type: ignore[attr-defined]
    assert r.group in GROUPS  # type: ignore[attr-defined]
    assert all(text.endswith((".", "”")) for text in (r.what, r.why, r.fix))  # type: ignore[attr-defined]
    assert set(r.platforms) <= set(EVERY)  # type: ignore[attr-defined]
    assert r.platforms  # type: ignore[attr-defined]
    assert r.source.url.startswith("https://")  # type: ignore[attr-defined]


def test_a_firm_fact_has_a_source_of_the_platforms_or_standards_own() -> None:
    assert not [rule.code for rule in rules() if rule.firm and not rule.source.own]


def test_the_platforms_of_rules_are_those_that_are_drawn() -> None:
    assert {platform.key for platform in platforms()} == set(EVERY)


def test_no_page_of_the_data_is_a_copy() -> None:
    """Small and our own: each fits in a screen, but for those that are long on purpose."""
    for case in cases().values():
        for side in ("fails", "passes"):
            given = case[side]
            if not (isinstance(given, dict) and "repeat" in given):
                assert len(html_of(given)) < 1500


def test_data_files_have_the_names_of_rule_files() -> None:
    root = Path(__file__).resolve().parents[3]
    families = {path.stem for path in (root / "og/checker/rules").glob("*.py")}
    assert {path.stem for path in (Path(__file__).parent / "data").glob("*.toml")} <= families
