"""What serving other people's pictures takes: addresses, what is kept, what passes. `og/media.py` is its door."""
