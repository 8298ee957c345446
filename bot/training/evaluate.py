"""How good topics are: precision, recall and F1 of the whole classifier, topic by topic."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.digest.classify import Classifier
from bot.digest.model import TopicModel
from bot.model import LANGUAGES
from bot.sample import sample_items
from bot.topics import Taxonomy
from bot.training.corpus import Paper, months

TEST_MONTHS = 2

Given = Sequence[frozenset[str]]
"""The topics of each text."""


@dataclass(frozen=True, slots=True)
class Score:
    """Of one topic or of all: how often it was right, given, and wanted."""

    right: int
    given: int
    wanted: int

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        both = self.given + self.wanted
        return 2 * self.right / both if both else 0.0


def scores(given: Given, wanted: Given, labels: Iterable[str]) -> dict[str, Score]:
    """A score for each label, and as ``micro`` for all decisions together."""
    pairs = list(zip(given, wanted, strict=True))
    table = {
        label: Score(
            sum(label in g and label in w for g, w in pairs),
            sum(label in g for g, _ in pairs),
            sum(label in w for _, w in pairs),
        )
        for label in labels
    }
    columns = zip(*((s.right, s.given, s.wanted) for s in table.values()), strict=True)
    return table | {"micro": Score(*map(sum, columns))}


def by_words(papers: Iterable[Paper], classifier: Classifier) -> list[frozenset[str]]:
    """The topics that a paper gets from its title and abstract, its categories withheld."""
    return [
        frozenset(m.id for m in classifier.classify(paper.title, paper.text)) for paper in papers
    ]


def fields_of(topics: Given, taxonomy: Taxonomy) -> list[frozenset[str]]:
    """The fields that topics belong to: what somebody who follows fields would get."""
    return [frozenset(map(taxonomy.root, each)) for each in topics]


Table = tuple[str, dict[str, Score]]


def paper_tables(papers: Sequence[Paper], model: TopicModel, taxonomy: Taxonomy) -> Iterator[Table]:
    """Tables for the papers of the last two months, categories withheld."""
    test = last_months(papers)
    fields = fields_with_categories(taxonomy)
    given = by_words(test, Classifier(taxonomy, lambda: model))
    wanted = [paper.topics for paper in test]
    yield f"{len(test)} papers since {test[0].month}, by field", scores(given, wanted, fields)
    finer = [label for label in model.labels if label not in fields]
    yield "finer topics that the model knows", scores(given, wanted, finer)
    whole, right = (fields_of(topics, taxonomy) for topics in (given, wanted))
    head = "by field, where any finer topic counts for its field"
    yield head, scores(whole, right, fields)


def chinese_tables(model: TopicModel, taxonomy: Taxonomy) -> Iterator[Table]:
    """Tables for the sample edition's summaries, which name topics by hand, in each language."""
    classifier = Classifier(taxonomy, lambda: model)
    fields = fields_with_categories(taxonomy)
    items = sample_items()
    wanted = fields_of([frozenset(m.id for m in item.topics) for item in items], taxonomy)
    for language in LANGUAGES:
        texts = [item.summary[language] for item in items]
        found = [frozenset(m.id for m in classifier.classify("", text)) for text in texts]
        head = f"{len(items)} summaries of the sample edition in {language}, without titles"
        yield head, scores(fields_of(found, taxonomy), wanted, fields)


def fields_with_categories(taxonomy: Taxonomy) -> list[str]:
    """The fields that arXiv categories lead to, through finer topics too."""
    decided = {taxonomy.root(topic.id) for topic in taxonomy.topics if topic.arxiv}
    return [root for root in taxonomy.roots() if root in decided]


def last_months(papers: Sequence[Paper]) -> list[Paper]:
    """The papers of the last two months, which no model has learnt from."""
    since = months(papers)[-TEST_MONTHS:][0]
    return [paper for paper in papers if paper.month >= since]
