"""Addresses of the API that are not records of the registry."""
