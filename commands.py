"""The command line, ``flask --app wsgi …``. Results on stdout, logs on stderr; ``--json`` on every command."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click
from flask import Flask

from core.command_line import Command, Group, span, tell
from core.commands_notices import webhook
from core.settings import shown
from core.web import services
from feeds.commands import feeds
from feeds.commands_replies import replies
from feeds.commands_webhooks import webhooks
from login.commands import accounts
from login.commands_credentials import credentials
from login.looks import check_languages
from og.commands import check, draw, preview

if TYPE_CHECKING:
    from core.sites import Site


def add_commands(app: Flask) -> None:
    """Put every command on the application."""
    app.cli.add_command(sites)
    sites.add_command(credentials)
    app.cli.add_command(db)
    app.cli.add_command(jobs)
    app.cli.add_command(feeds)
    app.cli.add_command(webhooks)
    app.cli.add_command(replies)
    app.cli.add_command(accounts)
    for command in (preview, check, draw, networks, settings, doctor, serve):
        app.cli.add_command(command)


# --- sites ---


@click.group(cls=Group)
def sites() -> None:
    """The web sites that use this server."""


sites.add_command(webhook)


@sites.command("add")
@click.argument("name")
@click.option(
    "--origin", "origins", multiple=True, required=True, help="Origin of the site's pages; may be repeated."
)
@click.option("--return-to", "return_to", multiple=True, help="Address a login may return to; may be repeated.")
@click.option("--logout-return-to", multiple=True, help="Address a logout may return to; may be repeated.")
@click.option("--public", is_flag=True, help="A site without a back end: no client secret is made.")
def add(
    name: str,
    origins: tuple[str, ...],
    return_to: tuple[str, ...],
    logout_return_to: tuple[str, ...],
    public: bool,
    as_json: bool,
) -> None:
    """Register a site. Its secrets are shown this once."""
    new = services().sites.add(
        name, origins=origins, return_to=return_to, logout_return_to=logout_return_to, public=public
    )
    values = {
        "key": new.key,
        "client_id": new.client_id,
        "client_secret": new.client_secret,
        "api_key": new.api_key,
    }
    lines = [f"{label:14}{value or '(none: the site is public)'}" for label, value in values.items()]
    tell(
        values,
        [*lines, "", "The secrets are not shown again. Keep them out of pages and repositories."],
        as_json=as_json,
    )


@sites.command("list")
def list_sites(as_json: bool) -> None:
    """List the sites."""
    found = services().sites.all()
    lines = [f"{site.key}  {site.name}  {' '.join(site.origins)}" for site in found]
    tell(
        [_site(site) for site in found],
        lines or ["No site yet: flask --app wsgi sites add NAME --origin URL"],
        as_json=as_json,
    )


def _site(site: Site) -> dict[str, Any]:
    return {
        "key": site.key,
        "name": site.name,
        "client_id": site.client_id,
        "origins": list(site.origins),
        "return_to": list(site.return_to),
        "logout_return_to": list(site.logout_return_to),
        "public": site.public,
        "clicks": site.options.clicks,
        "clicks_minimum": site.options.clicks_minimum,
        "preview_hosts": list(site.options.preview_hosts),
        "login_networks": list(site.options.login_networks),
        "login_trusted": site.options.login_trusted,
        "login_subject": site.options.login_subject,
        "login_algorithm": site.options.login_algorithm,
        "login_logo": site.options.login_logo,
        "login_logo_dark": site.options.login_logo_dark,
        "login_accent": site.options.login_accent,
        "login_theme": site.options.login_theme,
        "login_languages": list(site.options.login_languages),
        "login_logout_notice": site.options.login_logout_notice,
        "replies_approve": site.options.replies_approve,
    }


@sites.command("remove")
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(key: str, yes: bool, as_json: bool) -> None:
    """Delete a site with its feeds, its connected accounts and its logins."""
    from login.connecting import Connecting

    site = services().sites.by_key(key)
    if site and not yes:
        click.confirm(f"Delete {site.name} ({', '.join(site.origins)}) and all that is stored for it?", abort=True)
    for account in services().accounts.store.all(key) if site else ():
        Connecting(services().logins).disconnect(account.id)
    services().sites.remove(key)
    tell({"key": key, "removed": True}, [f"{key} is removed."], as_json=as_json)


@sites.command("set")
@click.argument("key")
@click.option("--name", help="What it is called, to its visitors too.")
@click.option("--origin", "origins", multiple=True, help="Origins of its pages, in place of those it has.")
@click.option("--return-to", multiple=True, help="Addresses a login may return to, in place of those it has.")
@click.option("--logout-return-to", multiple=True, help="Addresses a logout may return to; one empty for none.")
@click.option("--clicks/--no-clicks", default=None, help="Count clicks on share buttons.")
@click.option("--clicks-minimum", type=click.IntRange(1), help="Show counts from this number up.")
@click.option(
    "--preview-host", "preview_hosts", multiple=True, help="Host the site may have previews of; may be repeated."
)
@click.option("--login-network", "login_networks", multiple=True, help="Network to log in with; may be repeated.")
@click.option("--login-trusted/--no-login-trusted", default=None, help="Do not ask whether the site may know people.")
@click.option("--login-subject", type=click.Choice(["pairwise", "public"]), help="Whose ids of people it gets.")
@click.option("--login-algorithm", type=click.Choice(["RS256", "ES256"]), help="What its ID tokens are signed with.")
@click.option("--login-logo", help="Address of the logo on the log-in page; empty for none.")
@click.option("--login-logo-dark", help="Address of the logo on dark ground; empty for none.")
@click.option("--login-accent", help="The log-in page's colour, such as #0b5cad; empty for ours.")
@click.option("--login-theme", type=click.Choice(["auto", "light", "dark"]), help="The log-in page's colour scheme.")
@click.option("--login-language", "login_languages", multiple=True, help="Its language; may be repeated.")
@click.option("--login-logout-notice", help="Address to tell when somebody logs out; empty for none.")
@click.option(
    "--replies-approve/--no-replies-approve", default=None, help="Show replies under its pages once approved."
)
def set_options(key: str, as_json: bool, **given: Any) -> None:
    """Change a site, and what it has turned on."""
    changes = {name: value for name, value in given.items() if value is not None and value != ()}
    check_languages(services().login_words, given["login_languages"])
    itself = {name: _some(changes.pop(name)) for name in ITSELF if name in changes}
    site = services().sites.change(key, changes, **itself)
    tell(_site(site), [f"{name}: {value}" for name, value in _site(site).items()], as_json=as_json)


# What a site is, beside what it has turned on.
ITSELF = ("name", "origins", "return_to", "logout_return_to")


def _some(value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return value if isinstance(value, str) else tuple(filter(None, value))


@sites.command("rotate-key")
@click.argument("key")
@click.option("--which", type=click.Choice(["api", "client"]), required=True, help="Which secret to replace.")
@click.option("--overlap", default="24h", callback=span, help="How long the old one still works, such as 24h.")
def rotate_key(key: str, which: str, overlap: timedelta, as_json: bool) -> None:
    """Replace a secret; the old one lives through the overlap."""
    secret = services().sites.rotate(key, which, overlap)  # type: ignore[arg-type]  # click checked the choice
    name = "api_key" if which == "api" else "client_secret"
    tell({name: secret}, [f"{name}  {secret}", "It is not shown again."], as_json=as_json)


# --- the server itself ---


@click.group(cls=Group)
def db() -> None:
    """The database."""


@db.command("upgrade")
def upgrade(as_json: bool) -> None:
    """Bring the schema up to date; does nothing where it is."""
    from core.database import Database
    from core.schema import is_current
    from core.schema import upgrade as bring

    database = Database(services().settings.database)
    bring(database)
    services().jobs.upgrade()
    tell({"current": is_current(database)}, ["The schema is up to date."], as_json=as_json)


@click.group(cls=Group)
def jobs() -> None:
    """Work done later and elsewhere."""


@jobs.command("run")
@click.option("--parent", type=int, default=0, hidden=True, help="End when this process is no longer our parent.")
def run_jobs(parent: int, as_json: bool) -> None:  # noqa: ARG001 -- every command takes it
    """Do jobs until SIGTERM or SIGINT. `serve` runs one; several may run."""
    from core.jobs_worker import run
    from core.settings import check_production

    check_production(services().settings)
    if not run(services(), parent=parent):
        os._exit(0)  # a job that does not end would keep the process; it is run again


@jobs.command("status")
@click.option(
    "--failed", type=click.IntRange(0, 1000), default=20, show_default=True, help="How many failed to show."
)
def jobs_status(failed: int, as_json: bool) -> None:
    """Count the jobs, and show those that failed for good."""
    found = services().jobs.status(failed)
    counts = {name: getattr(found, name) for name in ("waiting", "delayed", "running", "failed")}
    rows = [{**vars(f), "at": f.at.isoformat() if f.at else None} for f in found.newest_failed]
    lines = [f"{name:10}{count}" for name, count in counts.items()]
    lines += [f"{r['at']}  {r['name']}  {r['id']}  {r['attempts']} tries  {r['error']}" for r in rows]
    tell({**counts, "newest_failed": rows}, lines, as_json=as_json)


# --- what there is ---


@click.command(cls=Command)
def networks(as_json: bool) -> None:
    """List the networks and what each can do."""
    rows = []
    for network in services().networks.values():
        can = [
            part
            for part in ("share", "follow", "login", "feed")
            if getattr(network, part) is not None and not network.dead
        ]
        rows.append({"key": network.key, "name": network.name, "can": can, "closed": network.dead})
    lines = [f"{r['key']:14}{r['name']:22}{'closed' if r['closed'] else ' '.join(r['can'])}" for r in rows]
    tell(rows, lines, as_json=as_json)


@click.command(cls=Command)
def settings(as_json: bool) -> None:
    """List the settings in force; secrets are masked."""
    rows = shown(services().settings)
    lines = [f"{row['name']:28}{row['value'] or '-'}{'' if row['default'] else '   (set)'}" for row in rows]
    tell(rows, lines, as_json=as_json)


@click.command(cls=Command)
def doctor(as_json: bool) -> None:
    """Check what this server needs; exit 1 where something is wrong."""
    from core.doctor import examine

    findings = examine(services())
    lines = [f"{f.severity:8}{f.message}" for f in findings]
    tell([{"severity": f.severity, "message": f.message} for f in findings], lines, as_json=as_json)
    if any(f.severity == "error" for f in findings):
        raise SystemExit(1)


@click.command(cls=Command)
@click.option("--port", type=click.IntRange(1, 65535), help="Port; default HANDBILL_PORT.")
@click.option("--host", help="Address; default HANDBILL_HOST.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Worker processes.")
@click.option("--demo", is_flag=True, help="Make a demo site first if there is no site.")
def serve(port: int | None, host: str | None, workers: int, demo: bool, as_json: bool) -> None:
    """Run the server: granian with 32 threads a worker, and one process for jobs."""
    from core.serving import run
    from feeds.sample import make_sample

    run(
        services(), port=port, host=host, workers=workers, demo=demo, as_json=as_json, tell=click.echo,
        prepare=make_sample,
    )  # fmt: skip
