"""Replies under a page: the conversation about it, from posts on the networks and from Webmentions.

`Conversations` reads it, `Desk` is for whoever looks after it.
"""

from feeds.replies.desk import Desk
from feeds.replies.service import Conversations

__all__ = ["Conversations", "Desk"]
