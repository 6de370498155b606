"""One module for each program whose sites can be imported; each reads a source and returns its texts."""
