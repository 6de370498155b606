"""Renders a site: HTML pages, feeds, sitemap and assets. The only package that imports jinja2."""
