"""Searching over the API."""
