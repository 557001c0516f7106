"""QR codes as SVG, drawn by us: the address of a page goes to no third party to become a picture."""

from __future__ import annotations

from io import BytesIO


def qr_svg(address: str, *, scale: int = 6) -> str:
    """Return an SVG of the address as a QR code (ISO/IEC 18004), four modules of quiet zone around it.

    ``scale`` is the size of a module in pixels. Error correction is at least M: a code on a screen is photographed
    at an angle. Raises ValueError where the address is longer than a code can hold (2,331 bytes at M).
    """
    import segno

    out = BytesIO()
    code = segno.make_qr(address, error="m", boost_error=True)
    side = code.symbol_size(border=4)[0] * scale
    code.save(
        out,
        kind="svg",
        border=4,
        omitsize=True,  # a view box in place of it, without which a style sheet would cut off what it makes smaller
        dark="#000",
        light="#fff",
        xmldecl=False,
        svgns=True,
        nl=False,
        svgclass=None,
        lineclass=None,
    )
    return out.getvalue().decode("ascii").replace("<svg ", f'<svg width="{side}" height="{side}" ', 1)
