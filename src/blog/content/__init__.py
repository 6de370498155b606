"""Parses texts into posts and a site. Imports no web framework, telemetry or templates; only ``folder`` and ``files`` read the disk."""
