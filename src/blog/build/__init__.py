"""Builds editions from the folders, caches them and publishes them."""
