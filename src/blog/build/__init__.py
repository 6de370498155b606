"""Folders to an edition: parsing, rendering, encoding, caching, publishing."""
