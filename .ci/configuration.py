"""Write docs/configuration.md from the fields of Settings."""

from pathlib import Path

from blog.settings import table

TEXT = """# Configuration

The environment is read once, at the start. A wrong value stops the start with one line that names the variable, the value and what is allowed (exit code 2). An empty value
counts as unset.

{table}
`SOURCE_DATE_EPOCH` (seconds since 1970) dates the pages of `blog build`, so that two builds of one commit are the same.

This page is written by `make settings` from `src/blog/settings`.
"""

if __name__ == "__main__":
    (Path(__file__).parents[1] / "docs/configuration.md").write_text(TEXT.format(table=table()), encoding="utf-8")
