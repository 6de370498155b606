"""Diagrams as SVG and formulas as MathML, drawn in processes beside this one: an engine may take too long, too much memory, or end its process."""
