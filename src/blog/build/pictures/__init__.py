"""Smaller versions of pictures as AVIF and WebP, made in processes beside this one: a decoder may take too long, too much memory, or end its process."""
