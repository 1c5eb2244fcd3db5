"""What the customer base describes of its records, once."""
