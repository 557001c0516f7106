"""Posts in from networks, kept fresh, and shown as one feed."""
