"""From papers to a model's file: split by time, fit, choose thresholds, fit again."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from bot.digest.classify import Classifier
from bot.digest.model import Thresholds, TopicModel
from bot.errors import SourceError
from bot.topics import Taxonomy
from bot.training.corpus import Paper, common, months
from bot.training.evaluate import TEST_MONTHS
from bot.training.fit import SEED, fit, topics_of
from bot.training.invented import Translator, groups
from bot.training.thresholds import choose

EXAMPLES = 250
"""The model learns topics that at least so many papers have; the others are left to keywords."""
VALIDATION_MONTHS = 2

Progress = Callable[[str], None]


def split(papers: Sequence[Paper]) -> tuple[list[Paper], list[Paper], list[Paper]]:
    """Papers to learn from, to choose thresholds on, and to measure with: the latest two months.

    Raises ``SourceError`` when they span fewer than five months.
    """
    known = months(papers)
    if len(known) <= TEST_MONTHS + VALIDATION_MONTHS:
        raise SourceError("the papers have to span five months at least, two of them for the test")
    test, validation = known[-TEST_MONTHS], known[-TEST_MONTHS - VALIDATION_MONTHS]
    return (
        [paper for paper in papers if paper.month < validation],
        [paper for paper in papers if validation <= paper.month < test],
        [paper for paper in papers if paper.month >= test],
    )


def train(papers: Sequence[Paper], taxonomy: Taxonomy, progress: Progress) -> TopicModel:
    """A model of all papers but those of the last two months, by which it can be measured.

    Raises ``SourceError`` when there are too few.
    """
    earlier, validation, test = split(papers)
    learnt = [*earlier, *validation]
    labels = common(learnt, EXAMPLES)
    if not labels:
        raise SourceError(f"no topic has {EXAMPLES} papers before {test[0].month} to learn from")
    translator = Translator(taxonomy)
    progress(f"learning from {len(earlier)} papers before {validation[0].month} ...")
    trial = _model(earlier, labels, translator)
    progress(f"choosing thresholds on {len(validation)} papers ...")
    thresholds = _thresholds(trial, validation, taxonomy)
    progress(f"learning from all {len(learnt)} papers before {test[0].month} ...")
    about = {"papers": len(learnt), "from": learnt[0].day, "until": learnt[-1].day, "seed": SEED}
    final = _model(learnt, labels, translator)
    return replace(final, thresholds=thresholds, about=about)


def _model(papers: Sequence[Paper], labels: Sequence[str], translator: Translator) -> TopicModel:
    """A model whose thresholds are still to be chosen."""
    fitted = fit(papers, labels, translator)
    return TopicModel(
        tuple(labels),
        fitted.grams,
        fitted.idf.astype(np.float16),
        fitted.weights.astype(np.float16),
        fitted.bias,
        topics_of(papers, labels).mean(axis=0).astype(np.float32),
        (Thresholds(0.5, 0.5),) * len(labels),
        {},
    )


def _thresholds(
    model: TopicModel, papers: Sequence[Paper], taxonomy: Taxonomy
) -> tuple[Thresholds, ...]:
    keywords = Classifier(taxonomy)
    predicted = [model.predict(paper.title, paper.text) for paper in papers]
    some = [i for i, prediction in enumerate(predicted) if prediction is not None]
    chances = np.array([list(p.probabilities.values()) for p in predicted if p is not None])
    found = [{m.id for m in keywords.classify(papers[i].title, papers[i].text)} for i in some]
    keyword = np.array([[label in each for label in model.labels] for each in found], bool)
    wanted = topics_of([papers[i] for i in some], model.labels)
    invented = set(groups())
    left_out = [i for i, label in enumerate(model.labels) if label in invented]
    return choose(chances, wanted, keyword, model.rates.tolist(), left_out)
