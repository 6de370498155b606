"""Pages → ASGI: the page store, conditional requests, health, the JSON API, drain."""
