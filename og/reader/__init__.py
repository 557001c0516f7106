"""Reading what a page is about: its address asked for, its bytes scanned, its fields found. See `og/preview.py`."""
