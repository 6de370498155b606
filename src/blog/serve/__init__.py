"""Request → response: the server, its protocol, the page store, conditional requests, health, the JSON API, drain."""
