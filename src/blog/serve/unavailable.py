"""What a 503 says while the process starts, and when to ask again."""

RETRY_AFTER_SECONDS = 2
STARTING = "The blog is starting. Please try again in a moment."
