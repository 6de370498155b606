"""Commands for authors, one file each. The commands that serve, check and build are in ``blog.__main__``."""

EXIT_CONTENT = 1
EXIT_USAGE = 2
