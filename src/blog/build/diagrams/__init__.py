"""Mermaid diagrams as SVG, drawn in processes beside this one: a drawing may take too long, too much memory, or end its process."""
