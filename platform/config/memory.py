"""The garbage collector of a process that serves."""

import gc


def settle() -> None:
    """Call once, when everything is loaded: what is there now stays, and is not walked again and again.

    Django and the engines are half a million objects. Walking them took a third of the time of writing 5,000 records
    (0.80 s of Python, 0.54 s after this).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
