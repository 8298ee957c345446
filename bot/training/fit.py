"""Weighing n-grams: logistic regressions over n-grams that tell topics apart.

Each topic's n-grams are first scaled by how much more often they occur with it than without (the
log-count ratio of Wang and Manning, "Baselines and Bigrams", ACL 2012), so that what is said in
any paper counts for little, and a text about something else entirely is left without a topic.
Papers of late count for more, and so do the few whose field is none of Ribao's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from bot.digest.features import ngrams
from bot.training.corpus import Paper
from bot.training.invented import Translator, elsewhere

SEED = 0
MIN_TEXTS = 10
"""An n-gram in fewer texts is not learnt."""
HALF_LIFE_DAYS = 180
OUTSIDE_WEIGHT = 11.0
ELSEWHERE_SHARE, CHINESE_SHARE = 0.075, 0.15
"""Invented texts, as shares of the number of papers."""
USUAL_SHARE = 1 / 20
"""How much a field counts that the papers leave out: one of the 20 that Ribao has."""

_STRENGTH = 1.0  # liblinear's C
_RATIO_FLOOR = 0.3
_USUAL = 0.8
"""The share of n-grams that texts about other fields may be filled with: the least telling."""

Matrix = Any
"""A sparse matrix (texts, n-grams); scipy has no types."""


@dataclass(frozen=True)
class Fit:
    """``grams`` (n, ascending), ``idf`` (n,), ``weights`` (n, topics), ``bias`` (topics,)."""

    grams: npt.NDArray[np.uint32]
    idf: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]


def fit(papers: Sequence[Paper], labels: Sequence[str], translator: Translator) -> Fit:
    """Learn from papers in the order of their days; the same papers give the same weights."""
    texts, wanted, weight = _examples(papers, labels, translator)
    others = elsewhere(round(len(papers) * ELSEWHERE_SHARE), SEED)
    grams, counts = _counted([*texts, *((other.title, other.text) for other in others)])
    real, strange = counts[: len(texts)], counts[len(texts) :]
    strange = strange + _filler(real[: len(papers)], wanted[: len(papers)], strange.shape[0])
    counts = sparse.vstack([real, strange]).tocsr()
    about = np.array([[other.group == label for label in labels] for other in others], bool)
    wanted = np.vstack([wanted, about])
    weight = np.concatenate([weight, np.full(strange.shape[0], weight.mean())])
    for label in np.flatnonzero(about.any(axis=0)):
        _make_as_frequent_as_others(wanted[:, label], weight)
    idf = _idf(counts)
    features = _normalised(counts, idf)
    columns = [_one(features, wanted[:, i], weight) for i in range(len(labels))]
    return Fit(
        grams,
        idf,
        np.stack([weights for weights, _ in columns], axis=1).astype(np.float32),
        np.array([bias for _, bias in columns], np.float32),
    )


def _examples(
    papers: Sequence[Paper], labels: Sequence[str], translator: Translator
) -> tuple[list[tuple[str, str]], npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Titles and texts, their topics (texts, labels), and how much each counts."""
    dice = np.random.default_rng(SEED)
    some = dice.choice(len(papers), round(len(papers) * CHINESE_SHARE), replace=False)
    chinese = [translator.translate(papers[i], n % 2) for n, i in enumerate(some.tolist())]
    every = [*papers, *chinese]
    newest = date.fromisoformat(papers[-1].day)
    age = np.array([(newest - date.fromisoformat(paper.day)).days for paper in every])
    weight = 0.5 ** (age / HALF_LIFE_DAYS)
    weight *= np.array([1.0 if paper.field else OUTSIDE_WEIGHT for paper in every])
    return [(paper.title, paper.text) for paper in every], topics_of(every, labels), weight


def _make_as_frequent_as_others(
    wanted: npt.NDArray[np.bool_], weight: npt.NDArray[np.float64]
) -> None:
    """Weigh the texts of a field so that together they are ``USUAL_SHARE`` of all, in place.

    How often the crawl has it says nothing of how often readers' sources will.
    """
    others = weight[~wanted].sum()
    weight[wanted] *= USUAL_SHARE / (1 - USUAL_SHARE) * others / weight[wanted].sum()


def topics_of(papers: Sequence[Paper], labels: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which of the labels each paper has, (papers, labels)."""
    return np.array([[label in paper.topics for label in labels] for paper in papers], bool)


def _counted(texts: Iterable[tuple[str, str]]) -> tuple[npt.NDArray[np.uint32], Matrix]:
    """The n-grams that stand in enough texts, ascending, and how often in which."""
    every = [ngrams(title, text) for title, text in texts]
    ends = np.cumsum([0, *(len(each.numbers) for each in every)])
    grams, columns = np.unique(
        np.concatenate([each.numbers for each in every]), return_inverse=True
    )
    times = np.concatenate([each.counts for each in every])
    matrix = sparse.csr_matrix((times, columns, ends), shape=(len(every), len(grams)))
    matrix.sum_duplicates()
    often = np.flatnonzero(np.bincount(matrix.indices, minlength=len(grams)) >= MIN_TEXTS)
    return grams[often], matrix[:, often].tocsr()


def _filler(real: Matrix, wanted: npt.NDArray[np.bool_], rows: int) -> Matrix:
    """What any paper says, of ``rows`` papers: their n-grams that tell least of any topic."""
    there = real.sign()
    expected = np.asarray(there.mean(axis=0)).ravel()
    telling = np.zeros(real.shape[1])
    for column in wanted.T:
        share = column.mean()
        seen = np.asarray(there[column].sum(axis=0)).ravel()
        chance = expected * column.sum()
        spread = np.sqrt(chance * (1 - share) + 1e-6)
        telling = np.maximum(telling, np.abs(seen - chance) / spread)
    usual = sparse.diags((telling < np.quantile(telling, _USUAL)).astype(np.float32))
    return real[np.random.default_rng(SEED).choice(real.shape[0], rows)] @ usual


def _idf(counts: Matrix) -> npt.NDArray[np.float32]:
    texts = np.bincount(counts.indices, minlength=counts.shape[1])
    idf: npt.NDArray[np.float64] = np.log((counts.shape[0] + 1) / (texts + 1)) + 1
    return idf.astype(np.float32)


def _normalised(counts: Matrix, idf: npt.NDArray[np.float32]) -> Matrix:
    """As ``bot.digest.model`` does it for one text."""
    scaled = counts.copy()
    scaled.eliminate_zeros()
    scaled.data = 1 + np.log(scaled.data)
    scaled = (scaled @ sparse.diags(idf)).tocsr()
    lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.maximum(lengths, 1e-9)) @ scaled).tocsr().astype(np.float32)


def _one(
    features: Matrix, wanted: npt.NDArray[np.bool_], weight: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], float]:
    """Weights and bias of one topic; all zero and out of reach for one without examples."""
    if not wanted.any():
        return np.zeros(features.shape[1]), -30.0
    there = features.sign()
    with_it = there.T @ (weight * wanted) + 1
    without = there.T @ (weight * ~wanted) + 1
    ratio = np.abs(np.log(with_it / with_it.sum() / (without / without.sum()))) + _RATIO_FLOOR
    model = LogisticRegression(C=_STRENGTH, solver="liblinear", dual=True, random_state=SEED)
    model.fit(features @ sparse.diags(ratio.astype(np.float32)), wanted, sample_weight=weight)
    return model.coef_[0] * ratio, float(model.intercept_[0])
