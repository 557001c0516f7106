"""GitHub's events said in words: what somebody did, to what, and what was written.

https://docs.github.com/en/rest/using-the-rest-api/github-event-types (read 2026-11). The payload of old events has
less in it than that page says, and some kinds are told no more (DownloadEvent, FollowEvent, GistEvent).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from networks._walk import dig, ident, name, record, records, text, web, whole

SITE = "https://github.com/"
# Commits of a push that are told by their first lines; GitHub itself shows three.
MOST_COMMITS = 5
# Of what somebody wrote, a beginning; the rest is one click away.
MOST_WORDS = 600
Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """One event: ``pushed 2 commits to`` · ``main in owner/repo``; its page; and what was written."""

    verb: str
    thing: str = ""
    url: str = ""
    words: str = ""


def sentence(kind: str, payload: Payload, repo: str) -> Said:
    """Return what an event says; a kind that is not known is told by its name."""
    tell = KINDS.get(kind)
    if tell:
        return tell(payload, repo)
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.removesuffix("Event")).lower() or "something happened"
    return Said(f"{words} in" if repo else words, repo, _home(repo))


def _home(repo: str) -> str:
    return SITE + quote(repo) if repo else ""


def _excerpt(value: Any) -> str:
    words = text(value)
    return words if len(words) <= MOST_WORDS else words[:MOST_WORDS].rsplit(None, 1)[0] + " …"


def _done(payload: Payload) -> str:
    return name(payload.get("action")).replace("_", " ") or "changed"


def _numbered(kind: str, thing: Payload, repo: str) -> str:
    number, title = ident(thing.get("number")), name(thing.get("title"))
    shown = " ".join(part for part in (kind, f"#{number}" if number else "") if part)
    return f"{shown} in {repo}" + (f": {title}" if title else "")


def _push(payload: Payload, repo: str) -> Said:
    branch = text(payload.get("ref")).removeprefix("refs/heads/").removeprefix("refs/tags/")
    commits = records(payload.get("commits"))
    many = whole(payload.get("distinct_size")) or whole(payload.get("size")) or len(commits)
    lines = [text(one.get("message")).partition("\n")[0][:200] for one in commits[:MOST_COMMITS]]
    before, head = ident(payload.get("before")), ident(payload.get("head") or payload.get("after"))
    url = (
        f"{_home(repo)}/compare/{quote(before)}...{quote(head)}"
        if before and head
        else f"{_home(repo)}/commits/{quote(branch)}"
    )
    verb = f"pushed {many} commit{'' if many == 1 else 's'} to" if many else "pushed to"
    return Said(verb, f"{branch} in {repo}" if branch else repo, url if repo else "", "\n".join(filter(None, lines)))


def _create(payload: Payload, repo: str) -> Said:
    kind, ref = name(payload.get("ref_type")) or "branch", text(payload.get("ref"))
    if kind == "repository" or not ref:
        return Said("created", f"the repository {repo}", _home(repo), _excerpt(payload.get("description")))
    return Said(f"created the {kind}", f"{ref} in {repo}", f"{_home(repo)}/tree/{quote(ref)}")


def _delete(payload: Payload, repo: str) -> Said:
    return Said(
        f"deleted the {name(payload.get('ref_type')) or 'branch'}",
        f"{text(payload.get('ref'))} in {repo}",
        _home(repo),
    )


def _fork(payload: Payload, repo: str) -> Said:
    url = web(dig(payload, "forkee", "html_url")) or _home(repo)
    return Said(f"forked {repo} to", name(dig(payload, "forkee", "full_name")) or "a repository of their own", url)


def _issue(payload: Payload, repo: str) -> Said:
    issue = record(payload.get("issue"))
    number = ident(payload.get("number") or issue.get("number"))
    url = web(issue.get("html_url")) or (f"{_home(repo)}/issues/{quote(number)}" if number else _home(repo))
    words = issue.get("body") if payload.get("action") == "opened" else ""
    return Said(_done(payload), _numbered("issue", {"number": number, **issue}, repo), url, _excerpt(words))


def _issue_comment(payload: Payload, repo: str) -> Said:
    issue, comment = record(payload.get("issue")), record(payload.get("comment"))
    kind = "pull request" if "pull_request" in issue else "issue"
    url = web(comment.get("html_url")) or web(issue.get("html_url")) or f"{_home(repo)}/issues"
    return Said("commented on", _numbered(kind, issue, repo), url, _excerpt(comment.get("body")))


def _pull(payload: Payload, repo: str) -> Said:
    pull = record(payload.get("pull_request"))
    number = ident(payload.get("number") or pull.get("number"))
    merged = payload.get("action") == "closed" and (pull.get("merged") is True or bool(pull.get("merged_at")))
    url = web(pull.get("html_url")) or (f"{_home(repo)}/pull/{quote(number)}" if number else _home(repo))
    words = pull.get("body") if payload.get("action") == "opened" else ""
    return Said(
        "merged" if merged else _done(payload),
        _numbered("pull request", {"number": number, **pull}, repo),
        url,
        _excerpt(words),
    )


def _review(payload: Payload, repo: str) -> Said:
    review, pull = record(payload.get("review") or payload.get("comment")), record(payload.get("pull_request"))
    verb = {"approved": "approved", "changes_requested": "asked for changes to"}.get(
        ident(review.get("state")), "reviewed"
    )
    url = web(review.get("html_url")) or web(pull.get("html_url")) or _home(repo)
    return Said(verb, _numbered("pull request", pull, repo), url, _excerpt(review.get("body")))


def _commit_comment(payload: Payload, repo: str) -> Said:
    comment = record(payload.get("comment"))
    commit = ident(comment.get("commit_id"))
    url = web(comment.get("html_url")) or (f"{_home(repo)}/commit/{quote(commit)}" if commit else _home(repo))
    return Said("commented on", f"the commit {commit[:7]} in {repo}", url, _excerpt(comment.get("body")))


def _release(payload: Payload, repo: str) -> Said:
    release = record(payload.get("release"))
    title = name(release.get("name")) or name(release.get("tag_name"))
    url = web(release.get("html_url")) or f"{_home(repo)}/releases"
    return Said(
        _done(payload), f"{title} of {repo}" if title else f"a release of {repo}", url, _excerpt(release.get("body"))
    )


def _pages(payload: Payload, repo: str) -> Said:
    pages = records(payload.get("pages"))
    titles = [name(one.get("title") or one.get("page_name")) for one in pages[:MOST_COMMITS]]
    url = web(dig(pages, 0, "html_url")) or f"{_home(repo)}/wiki"
    return Said("edited", f"the wiki of {repo}", url, "\n".join(filter(None, titles)))


def _member(payload: Payload, repo: str) -> Said:
    return Said(
        f"{_done(payload)} {name(dig(payload, 'member', 'login')) or 'somebody'} as a collaborator in",
        repo,
        _home(repo),
    )


def _gist(payload: Payload, _repo: str) -> Said:
    gist = record(payload.get("gist"))
    verb = {"create": "created", "update": "updated", "fork": "forked"}.get(ident(payload.get("action")), "changed")
    return Said(verb, "a gist", web(gist.get("html_url")), _excerpt(gist.get("description")))


def _follow(payload: Payload, _repo: str) -> Said:
    target = record(payload.get("target"))
    login = name(target.get("login")) or "somebody"
    return Said("started following", login, web(target.get("html_url")) or SITE + quote(login))


def _download(payload: Payload, repo: str) -> Said:
    file = record(payload.get("download"))
    words = _excerpt(file.get("description"))
    return Said(
        "uploaded", f"{name(file.get('name')) or 'a file'} to {repo}", web(file.get("html_url")) or _home(repo), words
    )


def _discussion(payload: Payload, repo: str) -> Said:
    talk, comment = record(payload.get("discussion")), record(payload.get("comment"))
    url = web(comment.get("html_url")) or web(talk.get("html_url")) or f"{_home(repo)}/discussions"
    verb = "commented on" if comment else _done(payload)
    return Said(verb, _numbered("discussion", talk, repo), url, _excerpt(comment.get("body") or talk.get("body")))


KINDS: Mapping[str, Callable[[Payload, str], Said]] = {
    "CommitCommentEvent": _commit_comment,
    "CreateEvent": _create,
    "DeleteEvent": _delete,
    "DiscussionCommentEvent": _discussion,
    "DiscussionEvent": _discussion,
    "DownloadEvent": _download,
    "FollowEvent": _follow,
    "ForkApplyEvent": lambda _, repo: Said("applied a patch to", repo, _home(repo)),
    "ForkEvent": _fork,
    "GistEvent": _gist,
    "GollumEvent": _pages,
    "IssueCommentEvent": _issue_comment,
    "IssuesEvent": _issue,
    "MemberEvent": _member,
    "PublicEvent": lambda _, repo: Said("made public", repo, _home(repo)),
    "PullRequestEvent": _pull,
    "PullRequestReviewCommentEvent": _review,
    "PullRequestReviewEvent": _review,
    "PullRequestReviewThreadEvent": _review,
    "PushEvent": _push,
    "ReleaseEvent": _release,
    "SponsorshipEvent": lambda _, repo: Said("started sponsoring", repo.split("/")[0], _home(repo.split("/")[0])),
    "TeamAddEvent": lambda _, repo: Said("added a team to", repo, _home(repo)),
    "WatchEvent": lambda _, repo: Said("starred", repo, _home(repo)),
}
