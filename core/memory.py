"""Have freed memory go back to the system at once, instead of staying with the thread that had it.

glibc gives each thread an arena of its own, and after the first large block is freed it keeps up to 64 MB of free
memory in each (M_TRIM_THRESHOLD follows M_MMAP_THRESHOLD upwards). With many threads that work on pictures now and
then, that was 340 MB measured where 3 were in use. Fixed thresholds end it: large blocks are mapped and unmapped each
by itself, and the tops of arenas are cut off. https://man7.org/linux/man-pages/man3/mallopt.3.html (2026-11)
"""

from __future__ import annotations

import ctypes
from functools import lru_cache

# malloc.h's numbers of the two parameters.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
# A page of HTML is smaller and stays cheap to get, a picture is larger.
_LARGE = 1024 * 1024


@lru_cache(maxsize=1)
def give_back_early() -> bool:
    """Set the thresholds of this process, once; return whether its C library has them (musl needs none)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _LARGE) and mallopt(_TRIM_THRESHOLD, _LARGE))
