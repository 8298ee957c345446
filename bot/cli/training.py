"""The command for those who build Ribao: train."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import cli, print_table, tell

if TYPE_CHECKING:
    from bot.digest.model import TopicModel
    from bot.topics import Taxonomy
    from bot.training.corpus import Paper

DATA = Path("../shared/arxiv")
SHIPPED = Path("bot/data/topics.npz")


@cli.command()
def train(
    data: Annotated[Path, typer.Argument(help="arXiv records, a file or folder.")] = DATA,
    output: Annotated[Path, typer.Option(help="The model's file to write.")] = SHIPPED,
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="Only measure the model that is there.")
    ] = False,
) -> None:
    """Train the topics' model on arXiv records, and measure it on their last two months."""
    from bot.digest.model import TopicModel
    from bot.topics import Taxonomy
    from bot.training.corpus import read_papers

    taxonomy = Taxonomy.load()
    papers = read_papers(data, taxonomy)
    if evaluate:
        model = TopicModel.load(output)
    else:
        model = _trained(papers, taxonomy)
        output.write_bytes(model.dump())
        tell(f"wrote {output}, {output.stat().st_size / 2**20:.1f} MiB")
    _report(papers, model, taxonomy)


def _trained(papers: "Sequence[Paper]", taxonomy: "Taxonomy") -> "TopicModel":
    from bot.errors import ConfigError

    try:
        from bot.training.train import train as learn
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"Training needs {error.name}, which isn't installed: pip install 'ribao[dev]'."
        ) from error
    return learn(papers, taxonomy, tell)


def _report(papers: "Sequence[Paper]", model: "TopicModel", taxonomy: "Taxonomy") -> None:
    from bot.training.evaluate import chinese_tables, paper_tables

    for head, table in (*paper_tables(papers, model, taxonomy), *chinese_tables(model, taxonomy)):
        typer.echo(f"\n{head}")
        print_table(
            ("topic", "precision", "recall", "F1", "given", "wanted"),
            [
                (label, f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}", s.given, s.wanted)
                for label, s in table.items()
            ],
        )
