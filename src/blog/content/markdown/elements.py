"""Names of elements, to tell HTML from words that only look like it."""

# GFM 6.11, disallowed raw HTML: tags that change how the rest of the page is read.
FILTERED = frozenset(
    "title textarea style xmp iframe noembed noframes script plaintext".split()  # noqa: SIM905 -- reads like the specification
)

_HTML = (
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink blockquote body br button"
    " canvas caption center cite code col colgroup command data datalist dd del details dfn dialog dir div dl dt em embed"
    " fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i image img"
    " input ins isindex kbd keygen label legend li link listing main map mark marquee math menu menuitem meta meter nav"
    " nobr noscript object ol optgroup option output p param picture portal pre progress q rb rp rt rtc ruby s samp search"
    " section select slot small source spacer span strike strong sub summary sup svg table tbody td template tfoot th thead"
    " time tr track tt u ul var video wbr"
)
_SVG = (
    "animate animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix fecomponenttransfer"
    " fecomposite feconvolvematrix fediffuselighting fedisplacementmap fedistantlight fedropshadow feflood fefunca fefuncb"
    " fefuncg fefuncr fegaussianblur feimage femerge femergenode femorphology feoffset fepointlight fespecularlighting"
    " fespotlight fetile feturbulence filter foreignobject g line lineargradient marker mask metadata mpath path pattern"
    " polygon polyline radialgradient rect set stop switch symbol text textpath tspan use view"
)
_MATHML = (
    "annotation annotation-xml maction merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms"
    " mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover semantics"
)
KNOWN = frozenset(f"{_HTML} {_SVG} {_MATHML}".split()) | FILTERED
