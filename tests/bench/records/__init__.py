"""What becomes of pages when a workspace has a million contacts."""
