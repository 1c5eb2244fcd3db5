"""A problem the person at the keyboard can do something about."""


class Problem(Exception):
    """What is wrong, and what to do about it. Shown as two short paragraphs, without a traceback."""

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice
