"""What the customer base reads for its panels and lists."""
