"""Topics: time an item, and what the model takes in memory."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.measure import SHARED, show
from bot.digest.classify import Classifier, shipped_model
from bot.topics import Taxonomy
from bot.training.corpus import Paper, read_papers

ITEMS, ROUNDS = 500, 5
FIELDS = {
    "影像模型": "cv",
    "LLM(Large Language Model)": "nlp",
    "机器学习": "ml",
    "计算机视觉": "cv",
    "自然语言处理": "nlp",
}
"""What editors call fields, and the topics that these are."""
_RESIDENT = """
from bot.digest.classify import Classifier, shipped_model
from bot.topics import Taxonomy
def resident():
    line = next(s for s in open("/proc/self/status") if s.startswith("VmRSS:"))
    return int(line.split()[1]) / 1000
classifier = Classifier(Taxonomy.load(), shipped_model)
text = "a robot looks at an image and says what it sees in natural language " * 10
classifier.classify("Robots", text, ["cs.RO"])
before = resident()
classifier.classify("Robots", text)
print(resident() - before)
"""


def run() -> None:
    taxonomy = Taxonomy.load()
    papers = read_papers(SHARED / "arxiv", taxonomy, since="2026-02")[:ITEMS]
    keywords, both = Classifier(taxonomy), Classifier(taxonomy, shipped_model)
    model = shipped_model()
    ways: dict[str, Callable[[Paper], object]] = {
        "categories given": lambda paper: keywords.classify(paper.title, paper.text, ["cs.CV"]),
        "the model alone": lambda paper: model.predict(paper.title, paper.text),
        "all, with reasons, no categories": lambda paper: both.classify(paper.title, paper.text),
    }
    for what, way in ways.items():
        spent = min(_milliseconds(way, papers) for _ in range(ROUNDS))
        show(f"{what}, CPU an abstract, best of {ROUNDS}", f"{spent:.2f} ms", "<= 0.5 ms")
    done = subprocess.run(
        [sys.executable, "-c", _RESIDENT], capture_output=True, text=True, check=True
    )
    show("resident memory of numpy and the model", f"{float(done.stdout):.0f} MB", "<= 40 MB")
    _published_digests(both)


def _milliseconds(way: Callable[[Paper], object], papers: Sequence[Paper]) -> float:
    began = time.process_time()
    for paper in papers:
        way(paper)
    return (time.process_time() - began) * 1000 / len(papers)


def _published_digests(classifier: Classifier) -> None:
    """How many papers in Chinese get the field that the editors of published digests gave them."""
    folder = SHARED / "seeds" / "expected"
    reading_list = json.loads((folder / "004_hackmd.json").read_text("utf-8"))
    daily = json.loads((folder / "000_showmeai.json").read_text("utf-8"))
    texts = [(item["summary"], FIELDS.get(item["h1"])) for item in reading_list]
    texts += [(item.get("abstract_zh"), FIELDS.get(item.get("field", ""))) for item in daily]
    known = [(text, field) for text, field in texts if text and field]
    found = [{match.id for match in classifier.classify("", text)} for text, _ in known]
    right = sum(field in topics for (_, field), topics in zip(known, found, strict=True))
    show("papers of published digests, field found in Chinese", f"{right} of {len(known)}")
