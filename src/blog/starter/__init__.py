"""The files of a new blog, and the command that writes them."""
