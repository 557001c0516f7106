"""icon"""
from og.rule import Rule, jsonld, meta, link
RULE = Rule("favicon","favicon",(*link("icon","apple-touch-icon"),),lambda v,d: d.address(v))
