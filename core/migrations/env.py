"""What Alembic runs to migrate: on the connection that `core.schema.upgrade` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from core.database import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
