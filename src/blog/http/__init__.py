"""The record of a request, and the HTTP semantics that several packages share."""
