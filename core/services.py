"""What the routes and everything below them work with, built once for a process.

It knows no web framework: commands and jobs have the same services as requests. `core.web.services()` finds those of
the running application.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from core.patience import Upstreams
from core.settings import Settings, data_folder
from core.vault import Vault

if TYPE_CHECKING:
    from core.cache import Cache
    from core.database import Database
    from core.events import Events
    from core.http import Http
    from core.jobs import Handler, Jobs
    from core.limits import Limits
    from core.site_credentials import SiteCredentials
    from core.sites import Sites


def own_user_agent(settings: Settings) -> str:
    """Return how we name ourselves to other servers; who asks us under this name is ourselves, by another address."""
    return f"Handbill/1.0 (+{settings.base_url})"


@dataclass(frozen=True)
class Services:
    """What the routes and everything below them work with. Built once, in `app.py`; heavy parts at first use."""

    settings: Settings
    networks: Any  # networks.Networks: a floor above this one
    widgets: Any  # widgets.Widgets
    catalog: Any  # widgets.words.Catalog
    failures: tuple[str, ...] = ()
    make_media: Callable[[Services], Any] = lambda _: None  # app.py says how
    make_previews: Callable[[Services], Any] = lambda _: None
    make_cards: Callable[[Services], Any] = lambda _: None
    login_words: Any = None  # widgets.words.Catalog of login/languages
    make_logins: Callable[[Services], Any] = lambda _: None
    make_accounts: Callable[[Services], Any] = lambda _: None
    make_feeds: Callable[[Services], Any] = lambda _: None
    handlers: Mapping[str, Handler] = field(default_factory=dict)  # what does each kind of job
    schedules: Mapping[str, str] = field(default_factory=dict)  # kinds of jobs, and when they are put
    looks: Callable[[], tuple[Any, ...]] = tuple  # what `core.doctor` looks at on the floors above; app.py says
    upstreams: Upstreams = field(default_factory=Upstreams)

    @cached_property
    def database(self) -> Database:
        """The database, its schema up to date."""
        from core.database import Database
        from core.schema import ensure

        if self.settings.database.startswith("sqlite"):
            data_folder(self.settings)
        database = Database(self.settings.database)
        ensure(database)
        return database

    @cached_property
    def sites(self) -> Sites:
        """The host sites."""
        from core.sites import Sites

        return Sites(self.database)

    @cached_property
    def site_credentials(self) -> SiteCredentials:
        """What sites have of their own at networks."""
        from core.site_credentials import SiteCredentials

        return SiteCredentials(self.database, self.vault)

    @cached_property
    def cache(self) -> Cache:
        """The cache all processes share."""
        from core.cache import build

        return build(self.settings, patience=self.upstreams)

    @cached_property
    def vault(self) -> Vault:
        """Signatures under the secret keys."""
        return Vault(self.settings)

    @cached_property
    def media(self) -> Any:  # og.media.Media: a floor above this one
        """Other people's pictures, from here."""
        return self.make_media(self)

    @cached_property
    def previews(self) -> Any:  # og.previews.Previews: a floor above this one
        """What other people's pages are about."""
        return self.make_previews(self)

    @cached_property
    def cards(self) -> Any:  # og.cards.Cards
        """The preview pictures that we draw."""
        return self.make_cards(self)

    @cached_property
    def logins(self) -> Any:  # login.service.Logins: a floor above this one
        """Who somebody is, and what sites are told of it."""
        return self.make_logins(self)

    @cached_property
    def accounts(self) -> Any:  # login.renewing.AccountTokens: a floor above this one
        """Accounts at networks that owners have connected, and their tokens."""
        return self.make_accounts(self)

    def account_token(self, account_id: str) -> str:
        """Return an access token of a connected account, good now; raise what `networks.accounts` raises."""
        return str(self.accounts.token(account_id))

    @cached_property
    def feeds(self) -> Any:  # feeds.service.Feeds: a floor above this one
        """Posts from networks, mixed and kept fresh."""
        return self.make_feeds(self)

    @cached_property
    def limits(self) -> Limits:
        """How often callers may ask."""
        from core.limits import Limits

        return Limits(self.settings, self.database)

    @cached_property
    def http(self) -> Http:
        """The one safe way out."""
        from core.http import Http
        from core.netguard import Guard

        guard = Guard(allow=self.settings.http_allow, own=(self.settings.base_url, self.settings.studio_url))
        return Http(guard, user_agent=own_user_agent(self.settings))

    @cached_property
    def jobs(self) -> Jobs:
        """Work for later; web processes only put it there."""
        from core.jobs_dbos import DbosJobs

        jobs = DbosJobs(self.settings, self.handlers)
        for name, cron in self.schedules.items():
            jobs.every(cron, name)
        return jobs

    @cached_property
    def events(self) -> Events:
        """What has happened."""
        from core.events import Events

        return Events(self.database)

    def close(self) -> None:
        """Close what holds connections and threads; a closed part is not used again."""
        for name in ("http", "jobs", "database"):
            part = self.__dict__.get(name)
            if part is not None:
                part.close()
