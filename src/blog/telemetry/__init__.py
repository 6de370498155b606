"""What the process says of itself: logs now; traces and metrics beside them."""
