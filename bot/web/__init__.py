"""The paper for people who do not chat: a web site, feeds, and a month as a book.

``editions`` says what is published and keeps it; ``build`` writes the site; ``pages``, ``feeds``,
``searchindex`` and ``epub`` make what stands in its files, and know neither clock nor store.
"""
