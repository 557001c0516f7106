"""Fonts as the text engine sees them: bundled ones by family and script, cut to a weight, all at one size.

A font here is unhinted and has no size: everything is measured in `EM` units to the em and scaled when it is drawn,
so one shaping serves every size that is tried. HarfBuzz objects that nobody changes any more may be used by many
threads (https://harfbuzz.github.io/object-model-lifecycle.html, read 2026-11); making them is behind a lock.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uharfbuzz as hb  # type: ignore[import-untyped]

# Units to the em that everything is shaped in: eight times what most fonts are drawn in, so that nothing is rounded,
# and 2,000 characters still fit into 32 bits.
EM = 16384
# Bundled fonts: package, file. All OFL 1.1; see docs/fonts.md.
BUNDLED = {
    "sans": ("fontpkg_inter", "Inter[opsz,wght].ttf"),
    "mono": ("fontpkg_jetbrains_mono", "JetBrainsMono[wght].ttf"),
    "Arab": ("fontpkg_noto_sans_arabic", "NotoSansArabic[wdth,wght].ttf"),
    "Hebr": ("fontpkg_heebo", "Heebo[wght].ttf"),
    "Deva": ("fontpkg_noto_sans_devanagari", "NotoSansDevanagari[wdth,wght].ttf"),
    "Thai": ("fontpkg_noto_sans_thai", "NotoSansThai[wdth,wght].ttf"),
}
# Inter's optical sizes: small text, and the cut for display (https://rsms.me/inter/, read 2026-11).
SMALL_CUT, DISPLAY_CUT = 14, 32
_LOCK = threading.RLock()


@dataclass(frozen=True, eq=False)
class Face:
    """One face of a font file, and what it can draw."""

    path: Path
    index: int = 0

    @cached_property
    def harfbuzz(self) -> hb.Face:
        """HarfBuzz's face; the file is mapped, not read."""
        import uharfbuzz as hb

        return hb.Face(self.blob, self.index)

    @cached_property
    def blob(self) -> hb.Blob:
        """The mapped file."""
        import uharfbuzz as hb

        return hb.Blob.from_file_path(str(self.path))

    @cached_property
    def covers(self) -> hb.Set:
        """The code points that its character map has."""
        return self.harfbuzz.unicodes

    @cached_property
    def axes(self) -> dict[str, tuple[float, float]]:
        """The axes of a variable font with their ends."""
        return {axis.tag: (axis.min_value, axis.max_value) for axis in self.harfbuzz.axis_infos}

    @cached_property
    def has_pictures(self) -> bool:
        """Whether its glyphs are pictures in colour."""
        return bool(self.harfbuzz.has_color_png or self.harfbuzz.has_color_paint or self.harfbuzz.has_color_layers)

    @cached_property
    def siblings(self) -> int:
        """How many faces the file has."""
        return int(self.harfbuzz.count)

    @cached_property
    def family(self) -> str:
        """The family's name as the font has it."""
        import uharfbuzz as hb

        return self.harfbuzz.get_name(hb.OTNameIdPredefined.FONT_FAMILY) or ""


@dataclass(frozen=True, eq=False)
class Cut:
    """A face at a weight and an optical size: what glyphs are shaped with and drawn from."""

    face: Face
    weight: int
    optical: int

    @cached_property
    def font(self) -> hb.Font:
        """HarfBuzz's font at `EM` units to the em. Nobody changes it after this."""
        import uharfbuzz as hb

        with _LOCK:
            font = hb.Font(self.face.harfbuzz)
            font.scale = (EM, EM)
            wanted = {"wght": float(self.weight), "opsz": float(self.optical)}
            axes = self.face.axes
            font.set_variations(
                {tag: min(max(v, axes[tag][0]), axes[tag][1]) for tag, v in wanted.items() if tag in axes}
            )
            return font

    @cached_property
    def ascent(self) -> float:
        """Height over the baseline in em, as the font asks for."""
        return float(self.font.get_font_extents("ltr").ascender) / EM

    @cached_property
    def descent(self) -> float:
        """Depth under the baseline in em, a positive number."""
        return float(-self.font.get_font_extents("ltr").descender) / EM

    @cached_property
    def cap_height(self) -> float:
        """Height of a capital letter in em."""
        import uharfbuzz as hb

        return float(self.font.get_metric_position_with_fallback(hb.OTMetricsTag.CAP_HEIGHT)) / EM


@lru_cache(maxsize=256)
def cut(face: Face, weight: int, optical: int) -> Cut:
    """Return a face at a weight and an optical size in pixels; axes that it has not are left alone."""
    axes = face.axes
    return Cut(face, weight if "wght" in axes else 0, optical if "opsz" in axes else 0)


@lru_cache(maxsize=len(BUNDLED))
def bundled(key: str) -> Face:
    """Return a bundled face by family ("sans", "mono") or by script (ISO 15924)."""
    package, file = BUNDLED[key]
    spec = find_spec(package)
    if spec is None or spec.origin is None:  # a broken installation: pip would have brought it
        raise FileNotFoundError(f"the font package {package} is not installed")
    return Face(Path(spec.origin).parent / "files" / file)


@lru_cache(maxsize=1024)
def opened(path: Path, index: int) -> Face | None:
    """Return a face of a file, or None where the file is no font that can be read."""
    import uharfbuzz as hb

    face = Face(path, index)
    try:
        return face if face.harfbuzz.glyph_count else None
    except (OSError, hb.HarfBuzzError):
        return None
