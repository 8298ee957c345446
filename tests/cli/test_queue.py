"""The queue from the command line, for scripts and operators without a chat."""

from tests.command import Command


def test_submissions_are_listed_and_decided(ribao: Command) -> None:
    sent = "".join(f"@ann /submit https://example.org/{n} Remark {n}\n" for n in range(3))
    ribao("run", stdin=sent)
    objects = ribao("queue", "--json").objects
    assert [(o["id"], o["item"]["url"], o["remark"]) for o in objects] == [
        (n + 1, f"https://example.org/{n}", f"Remark {n}") for n in range(3)
    ]
    assert ribao("queue", "accept", "1", "--pick").status == 0
    assert ribao("queue", "reject", "2", "Too \u202elong").status == 0
    again = ribao("queue", "accept", "2")
    assert (again.status, again.stdout) == (1, "")
    assert "does not wait" in again.stderr
    assert "https://example.org/2" in ribao("queue").stdout
    own = ribao("run", stdin="@ann /submit\n").stdout
    assert "in the paper" in own
    assert "not taken" in own
