"""The foundation: settings, storage, the one safe way out, cache, limits, sites, errors. Knows no network."""
