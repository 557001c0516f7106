"""How widgets get onto a host page: the kit script, server HTML, frames, the hop, and our own pages."""
