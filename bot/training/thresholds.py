"""From which probability a topic is given, chosen on papers that the weights haven't seen.

Where probabilities are true, F1 is best at a threshold of half the F1 that is reached there
(Lipton and others, "Optimal Thresholding of Classifiers to Maximize F1", 2014). So the model alone
has to reach half of what all topics together reach, or of what the topic itself reaches if that is
more: a wrong topic annoys more than a missed one. Where a keyword agrees, less will do, by as much
as is good for the F1 of all together.
"""

from collections.abc import Container, Sequence

import numpy as np
import numpy.typing as npt

from bot.digest.model import Thresholds
from bot.training.fit import USUAL_SHARE

RARE = 300
"""What is good for all topics together says little of keywords of topics as rare as this, so:"""
SOMEWHAT = 3.0
"""Times the topic's usual rate, for a keyword to be believed, or a topic the papers leave out."""

Flags = npt.NDArray[np.bool_]
Chances = npt.NDArray[np.float64]


class _Topic:
    """What each possible threshold of one topic gives: ``limits`` fall, ``hits`` of ``given``."""

    def __init__(self, chances: Chances, wanted: Flags) -> None:
        order = np.argsort(-chances, kind="stable")
        self.limits = np.concatenate([[1.0], chances[order]])
        self.hits = np.concatenate([[0], np.cumsum(wanted[order])])
        self.given = np.arange(len(self.limits))

    def f1(self, hits: int = 0, given: int = 0, wanted: int | None = None) -> Chances:
        """For each threshold, where other topics give so much; ``wanted`` is of all topics."""
        whole = self.hits[-1] if wanted is None else wanted
        return 2 * (hits + self.hits) / np.maximum(given + self.given + whole, 1)


def choose(
    chances: Chances,
    wanted: Flags,
    keyword: Flags,
    rates: Sequence[float],
    left_out: Container[int] = (),
) -> tuple[Thresholds, ...]:
    """For arrays (papers, topics): probabilities, right topics, and keywords that were found.

    ``left_out`` are topics that the papers leave out, learnt from invented texts with a rate of
    ``USUAL_SHARE``: there is nothing to choose on, so they ask for ``SOMEWHAT`` times that.
    """
    common = _Topic(chances.ravel(), wanted.ravel()).f1().max() / 2
    columns = zip(chances.T, wanted.T, strict=True)
    alone = np.array([max(common, _Topic(*column).f1().max() / 2) for column in columns])
    alone[[i in left_out for i in range(len(alone))]] = SOMEWHAT * USUAL_SHARE
    given = chances >= alone
    right, total, whole = int((given & wanted).sum()), int(given.sum()), int(wanted.sum())
    chosen = []
    for i, limit in enumerate(alone.tolist()):
        if wanted[:, i].sum() < RARE:
            chosen.append(Thresholds(limit, min(limit, SOMEWHAT * rates[i])))
            continue
        undecided = keyword[:, i] & ~given[:, i]
        topic = _Topic(chances[undecided, i], wanted[undecided, i])
        place = int(topic.f1(right, total, whole).argmax())
        chosen.append(Thresholds(limit, float(topic.limits[place]) if place else limit))
    return tuple(chosen)
