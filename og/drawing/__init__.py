"""How a card is drawn: layouts placed, words and pictures painted, bytes encoded. `og/draw.py` is its door."""
