"""One box over everything that one may see; see docs/decisions/0016.

`typed` reads what was typed, `conditions` and `proposals` ask the database, `matching` decides, `find` puts in order,
`shown` makes it readable.
"""

import kernel.query  # noqa: F401 — it types ahead by searching: read first, whichever of the two is asked for
