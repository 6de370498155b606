"""Telemetry: logs, Prometheus metrics, OpenTelemetry traces, visits, and beacons of browsers (RUM)."""
