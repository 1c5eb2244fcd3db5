"""Pages of sign-in, of Settings › People and of one's own settings. Thin: forms read, services write."""
