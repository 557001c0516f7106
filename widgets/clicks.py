"""Count clicks on share buttons: off until the site's owner turns it on; no address, no cookie, one number a day.

A page is kept as the SHA-256 of its address: enough to add up, too little to list who reads what.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

from sqlalchemy import Index, Integer, Text, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from core.addresses import web_address
from core.database import Base, Database
from core.sites import Site


class Click(Base):
    """How often one network's button was used for one page of one site on one day (UTC)."""

    __tablename__ = "clicks"
    __table_args__ = (Index("ix_clicks_site_key_page", "site_key", "page"),)

    site_key: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    network: Mapped[str] = mapped_column(Text, primary_key=True)
    page: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)


def page_of(url: str) -> str:
    """Return the key of a page: its normal form without query and fragment, hashed."""
    address = web_address(url).partition("#")[0].partition("?")[0]
    return hashlib.sha256(address.encode()).hexdigest()


class Clicks:
    """The click counts of all sites."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, site: Site, network: str, url: str, day: date | None = None) -> None:
        """Count one click, in one statement, so that no two lose one."""
        insert = sqlite.insert if self._database.sqlite else postgresql.insert
        when = (day or datetime.now(UTC).date()).isoformat()
        row = insert(Click).values(site_key=site.key, day=when, network=network, page=page_of(url), count=1)
        row = row.on_conflict_do_update(
            index_elements=[Click.site_key, Click.day, Click.network, Click.page], set_={"count": Click.count + 1}
        )
        with self._database.session(write=True) as session:
            session.execute(row)

    def of(self, site: Site, url: str) -> dict[str, int]:
        """Return network -> clicks on a page, all days; networks below the site's minimum are left out."""
        query = (
            select(Click.network, func.sum(Click.count))
            .where(Click.site_key == site.key, Click.page == page_of(url))
            .group_by(Click.network)
        )
        with self._database.session() as session:
            found = {network: int(total) for network, total in session.execute(query)}
        return {network: total for network, total in found.items() if total >= site.options.clicks_minimum}
