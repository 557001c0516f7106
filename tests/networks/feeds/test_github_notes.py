"""Release notes as GitHub renders them: asked for as HTML, read as words, links and pictures fit for any page."""

from __future__ import annotations

import json
import re

from networks import Networks
from networks._github_posts import page
from networks.records import Answer

NOTES = """<h2>What's Changed <a id="user-content-x" class="anchor" aria-label="Permalink" href="#x">
<svg class="octicon"><path d="m7"></path></svg></a></h2>
<ul class="contains-task-list"><li class="task-list-item"><input type="checkbox" disabled checked> A quay by
<a class="user-mention" data-hovercard-type="user" href="https://github.com/ada">@ada</a> in
<a class="issue-link" data-hovercard-url="/o/r/pull/1/hovercard" href="https://github.com/o/r/pull/1">#1</a></li></ul>
<details><summary>More</summary><p>Below.</p></details><g-emoji class="g-emoji" alias="bread">🍞</g-emoji>
<div class="highlight"><pre><span class="pl-k">import</span> os</pre></div>
<p><a href="https://camo.githubusercontent.com/x">
<img src="https://camo.githubusercontent.com/x" alt="A quay"></a></p>
<p><a href="/o/r/compare/v1...v2">v1...v2</a></p><script>alert(1)</script><a href="javascript:alert(1)">x</a>"""


def notes(**more: object) -> str:
    release = {
        "id": 1, "html_url": "https://github.com/o/r/releases/tag/v2", "tag_name": "v2", "name": "Two", "assets": [],
        "published_at": "2026-11-22T11:00:00Z", "author": {"login": "o"}, "body": "## Markdown **as it is**", **more,
    }  # fmt: skip
    (post,) = page(Answer(json.dumps([release]).encode(), "https://api.github.com/repos/o/r/releases")).posts
    assert not re.search(r"class=\"[^\"]+\"|<img|<input|<svg|<script|javascript:|data-|alert", post.html)
    pictures = [(one.url, one.alt) for one in post.media]
    assert pictures in ([], [("https://camo.githubusercontent.com/x", "A quay")])
    return post.html


def test_notes_are_asked_for_as_html() -> None:
    github = Networks()["github"]
    assert github.feed is not None
    assert github.feed.headers["Accept"] == "application/vnd.github.html+json"


def test_what_github_renders_is_read() -> None:
    html = notes(body_html=NOTES)
    assert "<h2>What's Changed" in html
    assert 'href="https://github.com/o/r/compare/v1...v2"' in html
    assert "<pre>" in html
    assert "<p>More</p><p>Below.</p>" in html
    for link in re.findall(r"<a\b[^>]*>(.*?)</a>", html):
        assert link.strip()  # none without a name


def test_markdown_is_words_where_no_html_came() -> None:
    assert "## Markdown **as it is**" in notes()
