"""Site → Pages: HTML, feeds, sitemap, assets, encodings, ETags. The only user of jinja2."""
