"""The kinds of items: their order in a layout, and their headings. Pure."""

from bot.messages import Messages
from bot.model import Section

ORDER = (
    Section.NEWS,
    Section.PAPERS,
    Section.POSTS,
    Section.USE_CASES,
    Section.TOOLS,
    Section.PROJECTS,
    Section.RESOURCES,
    Section.EDUCATION,
    Section.ETHICS,
    Section.OTHER,
)
"""The topics of a weekly issue and a newsletter, in their order."""


def kind_name(kind: Section, say: Messages) -> str:
    """The heading of items of one kind."""
    return say("layout.others" if kind is Section.OTHER else f"section.{kind}")
