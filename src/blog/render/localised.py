"""The configuration of the site in the words of a language, where its author has not chosen the words."""

from dataclasses import replace

from blog.content.config import Link, SiteConfig
from blog.content.site import Site
from blog.render.strings import Words
from blog.render.theme import Theme


def localised(site: Site, theme: Theme) -> Site:
    """The site, with the titles of its menu in its language."""
    return replace(site, config=in_words(site.config, theme.words(site.config.lang)))


def in_words(config: SiteConfig, words: Words) -> SiteConfig:
    return replace(
        config,
        author=replace(config.author, name=words.text(config.author.key)) if config.author.key else config.author,
        navigation=tuple(_titled(link, words) for link in config.navigation),
        links=tuple(_titled(link, words) for link in config.links),
    )


def _titled(link: Link, words: Words) -> Link:
    return replace(link, title=words.text(link.key)) if link.key else link
