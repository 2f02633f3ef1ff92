"""How much processor time a piece of work takes by itself."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def within_processor_time(seconds: float) -> Iterator[None]:
    """Fail when the block takes longer.

    What the tests before have left in memory is set aside meanwhile: the garbage collector going through it took up to
    a second, and was counted as the block's.
    """
    gc.freeze()
    began = time.process_time()
    try:
        yield
        took = time.process_time() - began
    finally:
        gc.unfreeze()
    assert took < seconds
