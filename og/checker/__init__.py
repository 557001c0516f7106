"""What is wrong with a page's tags, and how the page looks on each platform. `og/check.py` is its door."""
