"""The machine underneath: cores, memory, the disk cache, progress on a terminal."""
