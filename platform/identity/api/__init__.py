"""How programs sign in, and what they may do with people."""
