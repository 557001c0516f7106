"""What serving drawn cards takes: addresses, what is kept, remote pictures. `og/cards.py` is its door."""
