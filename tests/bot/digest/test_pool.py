"""The pool finds what a look at every candidate finds."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from bot.digest.pool import Pool
from bot.digest.select import wanted
from bot.model import Candidate, Section, TopicFilter

TOPICS = ("ai", "cv", "nlp", "rl")

topics = st.frozensets(st.sampled_from(TOPICS))
filters = st.builds(TopicFilter, everything=st.booleans(), topics=topics, excluded_topics=topics)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    made = draw(st.lists(st.tuples(topics, st.sampled_from((Section.PAPERS, Section.TOOLS)))))
    return [
        Candidate(number, f"k{number}", section, "s", dict.fromkeys(some, 1.0), 9.0 - number)
        for number, (some, section) in enumerate(made)
    ]


@given(candidates(), filters, st.integers(0, 4), st.integers(0, 4))
def test_the_best_are_the_first_that_the_filter_wants(
    found: list[Candidate], by: TopicFilter, papers: int, others: int
) -> None:
    of_papers = (c for c in found if c.section is Section.PAPERS and wanted(c, by))
    of_others = (c for c in found if c.section is not Section.PAPERS and wanted(c, by))
    expected = (*islice(of_papers, papers), *islice(of_others, others))
    assert Pool(found).best(by, papers, others) == expected
