"""Reads sites of other programs and writes them as posts of this one. Only the command line imports this package."""
