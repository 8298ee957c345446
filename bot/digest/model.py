"""The linear model behind topics: n-grams of a text, weighed, give a probability for each topic.

A text becomes a vector over the known n-grams, ``(1 + ln count) * idf`` each, of length one; each
topic has a weight for every n-gram and a bias; the logistic function of their sum is the
probability. ``bot.training`` makes the file, docs/topics.md says from what and how good it is.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bot.digest.features import NGrams, ngrams
from bot.errors import ConfigError

FORMAT = 1
MIN_KNOWN = 8
"""Known n-grams, those of a title twice, below which a text says too little."""

_MAX_BYTES = 20 * 2**20
_REASONS, _LOOKED_THROUGH = 3, 12
_FAR_LESS = 1 / 3
# RuntimeError: zipfile takes a damaged flag for encryption, or for a compression it does not know.
_DAMAGE = (KeyError, EOFError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error)
_KINDS = ["uint32", "float16", "float16", "float32", "float32"]
_Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability a topic is given: by the model alone, and where a keyword agrees."""

    alone: float
    with_keyword: float


@dataclass(frozen=True)
class TopicModel:
    """``grams`` (n, ascending) are hashes of n-grams, ``idf`` (n,), ``weights`` (n, topics).

    ``rates`` (topics,) are the shares of the papers learnt from that had each topic.
    """

    labels: tuple[str, ...]
    grams: npt.NDArray[np.uint32]
    idf: npt.NDArray[np.float16]
    weights: npt.NDArray[np.float16]
    bias: _Floats
    rates: _Floats
    thresholds: tuple[Thresholds, ...]
    about: Mapping[str, Any]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises ``ConfigError``: the file is missing, damaged, or of another format."""
        try:
            return cls.parse(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigError(f"The topics' model {path} can't be read: {error}.") from error

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """The model that a file holds; ``ValueError`` when it isn't one. Runs nothing of it."""
        try:
            arrays = _arrays(body)
            if int(arrays["format"]) != FORMAT:
                raise ValueError("it was written by another version")
            model = cls(
                labels=tuple(arrays["labels"].tolist()),
                grams=arrays["grams"],
                idf=arrays["idf"],
                weights=arrays["weights"],
                bias=arrays["bias"],
                rates=arrays["rates"],
                thresholds=tuple(Thresholds(*pair) for pair in arrays["thresholds"].tolist()),
                about=json.loads(str(arrays["about"])),
            )
        except _DAMAGE as error:
            raise ValueError(f"it is damaged ({error})") from error
        model.check()
        return model

    def dump(self) -> bytes:
        """The file's content; the same model gives the same bytes."""
        target = io.BytesIO()
        np.savez_compressed(
            target,
            format=np.array(FORMAT),
            labels=np.array(self.labels),
            grams=self.grams,
            idf=self.idf,
            weights=self.weights,
            bias=self.bias,
            rates=self.rates,
            thresholds=np.array([(t.alone, t.with_keyword) for t in self.thresholds], np.float32),
            about=np.array(json.dumps(self.about, ensure_ascii=False, sort_keys=True)),
        )
        return target.getvalue()

    def check(self) -> None:
        """Raises ``ValueError`` unless all parts fit each other."""
        count, topics = len(self.grams), len(self.labels)
        kinds = [part.dtype.name for part in (self.grams, self.idf, self.weights, self.bias)]
        fits = (
            topics > 0
            and [*kinds, self.rates.dtype.name] == _KINDS
            and self.idf.shape == (count,)
            and self.weights.shape == (count, topics)
            and self.bias.shape == self.rates.shape == (topics,)
            and len(self.thresholds) == topics
            and all(isinstance(label, str) for label in self.labels)
            and isinstance(self.about, dict)
        )
        if not fits:
            raise ValueError("its parts don't fit each other")
        numbers = (self.idf, self.weights, self.bias, self.rates)
        if not all(np.isfinite(part).all() for part in numbers):
            raise ValueError("it holds numbers that are none")
        if count < 1 or not (self.grams[1:] > self.grams[:-1]).all():
            raise ValueError("its n-grams are not in order")

    def predict(self, title: str, text: str) -> "Prediction | None":
        """For a title and a text in normal form; None when they hold too little to go by."""
        found = ngrams(title, text)
        rows = np.minimum(np.searchsorted(self.grams, found.numbers), len(self.grams) - 1)
        known = np.flatnonzero(self.grams[rows] == found.numbers)
        if len(known) < MIN_KNOWN:
            return None
        rows = rows[known]
        vector = (1 + np.log(found.counts[known])) * self.idf[rows].astype(np.float32)
        vector /= np.linalg.norm(vector)
        shares = vector[:, None] * self.weights[rows].astype(np.float32)
        return Prediction(self, found, known, shares)


class Prediction:
    """What the model says of one text.

    ``grams`` are all of the text's; ``known`` says which of them the model knows, and ``shares``
    (known, topics) what they add to the scores.
    """

    def __init__(
        self, model: TopicModel, grams: NGrams, known: npt.NDArray[np.intp], shares: _Floats
    ) -> None:
        self._model = model
        self._grams = grams
        self._known = known
        self._shares = shares
        odds = np.exp(-np.clip(shares.sum(axis=0) + model.bias, -30, 30))
        chances = (1 / (1 + odds)).tolist()
        self.probabilities: dict[str, float] = dict(zip(model.labels, chances, strict=True))

    def chosen(self) -> list[str]:
        """The topics that the model gives by itself."""
        pairs = zip(self.probabilities.items(), self._model.thresholds, strict=True)
        return [topic for (topic, chance), limits in pairs if chance >= limits.alone]

    def bears_out(self, topic: str) -> bool:
        """Whether a keyword for one of the model's topics is believed here."""
        limits = self._model.thresholds[self._model.labels.index(topic)]
        return self.probabilities[topic] >= limits.with_keyword

    def speaks_against(self, topic: str) -> bool:
        """Whether one of the model's topics is far less likely here than in any paper."""
        rate = float(self._model.rates[self._model.labels.index(topic)])
        return self.probabilities[topic] < rate * _FAR_LESS

    def reason(self, topic: str) -> str:
        """The n-grams that spoke most for a topic, as a person can read them."""
        column = self._shares[:, self._model.labels.index(topic)]
        best: list[str] = []
        for place in np.argsort(-column, kind="stable")[:_LOOKED_THROUGH].tolist():
            word = self._grams.name(int(self._known[place]))
            if not any(word in other or other in word for other in best):
                best.append(word)
                if len(best) == _REASONS:
                    break
        return "words: " + ", ".join(best)


def _arrays(body: bytes) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an ``.npz`` file; one that holds Python objects is refused, not run."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MAX_BYTES:
            raise ValueError(f"it unpacks to more than {_MAX_BYTES // 2**20} MiB")
    with np.load(io.BytesIO(body), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


@cache
def shipped() -> TopicModel:
    """The model that ships with Ribao. Raises ``ConfigError``."""
    with resources.as_file(resources.files("bot") / "data" / "topics.npz") as path:
        return TopicModel.load(path)
