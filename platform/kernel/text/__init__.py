"""Facts about written text: digits, folding for search and matching, and their SQL twins."""
