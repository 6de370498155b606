"""A site with a collection of notes."""

# As an author moves them in: no index files, no dates but one, unknown keys, links among them in every form.
FILES = {
    "site.yaml": (
        "title: Sample\ncollections:\n"
        "  compendium: {title: Compendium & more, description: What I know., feed: true}\n"
    ),
    "welcome.md": "---\ntitle: Welcome\ndate: 2026-01-01\n---\n\nSee [arrays](compendium/data-structures/arrays.md).\n",
    "pages/about.md": "---\ntitle: About\n---\n\nI keep [notes](/compendium/data-structures/stacks).\n",
    "compendium/reading.md": "---\ntitle: How to read this\ndescription: In any order.\n---\n\nTop to bottom.\n",
    "compendium/data-structures/data-structures.md": (
        "---\ntitle: Data Structures\ncollection: data-structures\nsourcePath: Knowledge base/Data Structures.md\n"
        "order: 2\n---\n\nThey **store** data.\n\n* [Arrays](/compendium/data-structures/arrays)\n"
    ),
    "compendium/data-structures/arrays.md": (
        "---\ntitle: Arrays\norder: 1\n---\n\nAn <span className='x'>array</span>. See [lists](linked-lists.mdx#two),\n"
        "[up](/compendium/data-structures/data-structures) and [down](../delivery/deploys.md).\n"
    ),
    "compendium/data-structures/linked-lists.mdx": (
        '---\ntitle: Linked Lists\norder: 2\n---\n\nA <span className="x">list</span>.\n\n## Two\n\nLike [arrays](./arrays.md).\n'
    ),
    "compendium/data-structures/stacks.md": (
        "---\ntitle: Stacks <here>\norder: 3\ncanonical: https://first.example/stacks\n---\n\nBuilt on [arrays](arrays.md).\n"
    ),
    "compendium/delivery/deploys.md": "---\ntitle: Deploys\ndate: 2026-02-03\nupdated: 2026-03-04\nid: tag:b,2026:deploys\n---\n\nShip [a stack](/compendium/data-structures/stacks).\n",
    "compendium/delivery/rollbacks.md": "---\ntitle: Rollbacks\ndate: 2026-02-02\n---\n\nUndo.\n",
    "compendium/delivery/secret.md": "---\ntitle: xyzzy\ndraft: true\n---\n\n[a](/compendium/delivery/rollbacks)\n",
}  # fmt: skip
NOTES = {
    "/compendium/reading",
    "/compendium/data-structures/arrays",
    "/compendium/data-structures/linked-lists",
    "/compendium/data-structures/stacks",
    "/compendium/delivery/deploys",
    "/compendium/delivery/rollbacks",
}
PAGES = NOTES | {"/compendium", "/compendium/data-structures", "/compendium/delivery"}
