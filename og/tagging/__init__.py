"""Writing a page's tags, alone or into the page. `og/tags.py` is its door."""
