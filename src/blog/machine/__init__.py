"""The machine that the process runs on: cores, memory limits, threads, the disk cache, progress on a terminal."""
