"""The pages every entity gets from its one description: list, board, record, form, and what goes with them."""
