"""Take today's answers as the golden ones: ``make accept``. Read the difference before you commit it."""

from __future__ import annotations

from tests.networks.golden import accept

if __name__ == "__main__":
    accept()
