"""What reading costs where a network bills each post: budgets in posts or in money, and what is left of one.

Owners think in money, the counter counts posts: X sells them one by one (`networks.records.Price`). A post that is
read again on the same day (UTC) is not charged again, so it is not counted again either; X calls that a soft
guarantee, and its own console has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.errors import Invalid
from networks.parts import Network
from networks.records import Price

# `5usd`, `$5`, `2.50 USD`; a bare number, or `1000posts`, is posts.
_MONEY = re.compile(
    r"(?:\$\s*(\d{1,6}(?:\.\d{1,4})?)|(\d{1,6}(?:\.\d{1,4})?)\s*(?:usd|\$))", re.IGNORECASE | re.ASCII
)
_POSTS = re.compile(r"(\d{1,9})\s*(?:posts?)?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Spent:
    """What a source has cost this month, about. Money in US dollars; ``until`` is set where nothing more is asked."""

    posts: int
    budget: int
    price: Decimal
    until: datetime | None

    @property
    def left(self) -> int:
        """Posts that may still be paid for."""
        return max(0, self.budget - self.posts)

    def usd(self, posts: int) -> Decimal:
        """Return what so many posts cost."""
        return (posts * self.price).quantize(Decimal("0.01"))


def posts_for(written: str, networks: Iterable[Network]) -> int:
    """Return a budget in posts, of `1000`, `1000posts` or `5usd`; money buys them at the dearest network's price.

    Raises Invalid.
    """
    if found := _POSTS.fullmatch(written.strip()):
        return int(found[1])
    money = _MONEY.fullmatch(written.strip())
    prices = [price.post for network in networks if (price := price_of(network))]
    if not money or not prices:
        raise Invalid("A budget is a number of posts a month, as 1000, or of dollars, as 5usd.", field="budget")
    return int(Decimal(money[1] or money[2]) / max(prices))


def price_of(network: Network | None) -> Price | None:
    """Return what a network charges for reading, None where it charges nothing."""
    return network.feed.price if network and network.feed else None


def next_month(now: datetime) -> datetime:
    """Return when the next month begins, UTC: then the counting starts anew."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


def spent(network: Network | None, posts: int, budget: int, now: datetime) -> Spent | None:
    """Return what so many posts cost of a budget; None where the network bills nothing."""
    price = price_of(network)
    if price is None:
        return None
    return Spent(posts, budget, price.post, None if affords(network, budget - posts) else next_month(now))


def affords(network: Network | None, left: int) -> bool:
    """Whether what is left of a budget, in posts, pays for the fewest that a network gives at once."""
    return bool(network and network.feed and left >= max(network.feed.least, 1))


def why_not(network: Network, posts: int, budget: int) -> str:
    """Return for a person why nothing more is asked this month."""
    left = budget - posts
    if left <= 0:
        return f"{budget} posts were paid for this month."
    least = network.feed.least if network.feed else 0
    paid = f"{posts} of {budget} posts were paid for this month"
    return f"{paid}: {left} left, and {network.name} gives no fewer than {least}."
