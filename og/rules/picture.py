"""``image``."""
from og.rule import Rule, jsonld, meta, link
RULE = Rule("image","image",(*meta("og:image:secure_url","og:image","og:image:url","twitter:image","twitter:image:src"),jsonld("image","url"),*link("image_src"),*meta("itemprop:image","thumbnail")),lambda v,d: d.address(v))
