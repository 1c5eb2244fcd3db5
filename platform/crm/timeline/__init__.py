"""A record's timeline: one stream of all that happened, each sort of line read by a source of its own.

from crm.timeline import read_timeline
stream = read_timeline(frame, sort="", before=None)
"""

from crm.timeline.book import Entry, Line, Mark, Sort, Source, Stream, bound, mark_of, read_timeline, sorts_for

__all__ = [
    "Entry", "Line", "Mark", "Sort", "Source", "Stream", "bound", "mark_of", "read_timeline", "sorts_for",
]  # fmt: skip
