"""The text engine of preview pictures: from any string to lines of glyphs, and from those to ink.

In the order in which a string passes: `clean` (what may be drawn at all), `bidi` (direction, UAX 9), `itemise`
(which font draws which cluster; `fonts`, `coverage`, `emoji`), `shaping` (HarfBuzz), `breaks` (where a line may end,
UAX 14), `lines` (which of those are taken), `ink` (the picture). `og.text` is the door; nothing here is imported
before a picture is drawn.
"""
