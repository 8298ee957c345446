"""Entries of issues with whatever texts and links a platform's tests think of."""

from hypothesis import strategies as st

from bot.model import Entry, Link, Section


def entries(
    words: st.SearchStrategy[str], urls: st.SearchStrategy[str], most_images: int = 0
) -> st.SearchStrategy[Entry]:
    """With all that an entry can have. They are numbered by the issue that they are put into."""

    def some(of: st.SearchStrategy[str], most: int) -> st.SearchStrategy[tuple[str, ...]]:
        return st.lists(of, max_size=most).map(tuple)

    return st.builds(
        Entry,
        number=st.just(1),
        title=words,
        url=urls,
        section=st.sampled_from([Section.PAPERS, Section.TOOLS]),
        published=words,
        field=words,
        tasks=some(words, 3),
        authors=some(words, 9),
        authors_more=st.booleans(),
        venue=words,
        introduction=words,
        abstract=words.map(lambda text: text * 9),
        code_urls=some(urls, 3),
        links=st.lists(st.builds(Link, words, urls), max_size=3).map(tuple),
        images=some(urls, most_images),
    )
