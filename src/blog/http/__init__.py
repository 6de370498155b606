"""What a request is to every part of the service: its record, and the semantics that all of them share."""
