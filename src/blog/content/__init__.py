"""Text → Post → Site. Pure: no web, no telemetry, no templates; only the loader touches the disk."""
