"""A day with Ribao on Discord: the whole of it, before a Discord on loopback."""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.messages import messages
from bot.model import ChatStatus
from tests.conversation import SetClock
from tests.discord.oracles import components, visible
from tests.discord.server import EPHEMERAL, DiscordServer, Fault, Json
from tests.discord.working import (
    ANN,
    CLUB,
    DIRECT,
    FORUM,
    HALL,
    HERS,
    NEWS,
    OWNER,
    THREAD,
    Ribao,
    at_work,
    en,
)


async def test_a_person_starts_in_private_and_gets_the_morning_issue(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    here = places[DIRECT]
    hello = await ribao.server.command(ribao.ann, here, "start", "cv")
    assert en("start.hello") in hello.told
    before = len(ribao.server.messages[here["id"]])
    await ribao.morning()
    pushed = ribao.server.said_in(here)[before:]
    assert "Computer vision" in pushed[0]
    await ribao.app.tick([ribao.adapter]).run(ribao.clock.now())
    assert len(ribao.server.messages[here["id"]]) == before + len(pushed), "nothing comes twice"


async def test_topics_and_zones_are_completed_in_three_languages(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    here = places[DIRECT]
    for typed, locale, name, value in (
        ("computer v", "en-US", "Computer vision", "cv"),
        ("计算机视", "zh-CN", "计算机视觉", "cv"),
        ("nlp, -電腦視", "zh-TW", None, "nlp, -cv"),
    ):
        offered = await ribao.server.complete(ribao.ann, here, "subscribe", typed, locale)
        assert offered
        assert offered[0]["value"] == value
        assert name is None or offered[0]["name"] == name
    assert len(await ribao.server.complete(ribao.ann, here, "subscribe", "")) > 3
    zones = await ribao.server.complete(ribao.ann, here, "timezone", "shang")
    assert zones[0]["value"] == "Asia/Shanghai"
    assert await ribao.server.complete(ribao.ann, here, "list", "x") == []


async def test_days_items_and_what_is_saved_are_completed_for_who_may_see_them(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    here, server = places[DIRECT], ribao.server
    assert await server.complete(ribao.ann, here, "issue", "") == []
    asked = await server.command(ribao.ann, here, "today")
    await server.until(lambda: len(asked.replies) == 2)
    (day,) = await server.complete(ribao.ann, here, "issue", "nov")
    assert day["value"] == "2026-11-18"
    shown = await server.complete(ribao.ann, here, "save", "")
    assert [each["value"] for each in shown[:2]] == ["1", "2"]
    await server.command(ribao.ann, here, "save", "2")
    (kept,) = await server.complete(ribao.ann, here, "unsave", "")
    assert kept["name"] in shown[1]["name"]
    assert await server.complete(ribao.eve, here, "unsave", "") == [], "it is another's"
    removed = await server.command(ribao.ann, here, "unsave", kept["value"])
    assert en("keep.removed", title=kept["name"]) in removed.told


async def test_a_channels_command_is_completed_word_by_word(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    hall, server = places[HALL], ribao.server

    async def offered(user: Json, text: str) -> list[str]:
        found = await server.complete(user, hall, "channel", text)
        return [each["value"] for each in found]

    assert await offered(ribao.ann, "") == ["list", "add", "remove", str(HALL)]
    await server.command(ribao.ann, hall, "channel", f"add <#{NEWS}> cv")
    assert str(NEWS) in await offered(ribao.ann, "")
    assert str(NEWS) not in await offered(ribao.eve, ""), "not hers"
    assert await offered(ribao.ann, "remove ne") == [f"remove {NEWS}"]
    assert f"<#{NEWS}> timezone" in await offered(ribao.ann, f"<#{NEWS}> time")
    zones = await offered(ribao.ann, f"<#{NEWS}> timezone shang")
    assert zones[0] == f"<#{NEWS}> timezone Asia/Shanghai"
    topics = await offered(ribao.ann, f"add <#{FORUM}> computer v")
    assert topics[0] == f"add <#{FORUM}> cv"


async def test_something_is_sent_in_by_a_form(ribao: Ribao, places: dict[int, Json]) -> None:
    server, hall = ribao.server, places[HALL]
    asked = await server.command(ribao.eve, hall, "submit", locale="zh-CN")
    assert asked.form is not None
    assert asked.form["title"] == messages("zh-CN")("form.title")
    sent = await server.fill(ribao.eve, asked, url="https://example.org/post", remark="Good.")
    assert sent.hidden
    assert en("submit.thanks") in sent.told
    assert "example.org" in (await server.command(ribao.eve, hall, "submit", "list")).told
    refused = await server.fill(ribao.eve, asked, url="javascript:alert(1)")
    assert en("submit.invalid") in refused.told


async def test_topics_are_ticked_and_pages_are_turned_in_place(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    here = places[DIRECT]
    picker = (await ribao.server.command(ribao.ann, here, "topics")).replies[-1]
    for label in ("Computer vision", "✓ Computer vision"):
        was = _labels(picker)
        await ribao.server.press(ribao.ann, picker, label)
        await ribao.server.until(partial(_differs, picker, was))
        assert ("✓ Computer vision" in _labels(picker)) is not label.startswith("✓")
    assert await ribao.app.readers.follows(await ribao.chat(here)) == ()
    count, was = len(ribao.server.messages[here["id"]]), _labels(picker)
    await ribao.server.press(ribao.ann, picker, "2 ▶")
    await ribao.server.until(lambda: _labels(picker) != was)
    assert len(ribao.server.messages[here["id"]]) == count
    assert "◀ 1" in _labels(picker)


async def test_an_issue_that_is_asked_for_has_pages(ribao: Ribao, places: dict[int, Json]) -> None:
    here = places[HALL]
    asked = await ribao.server.command(ribao.eve, here, "today")
    await ribao.server.until(lambda: len(asked.replies) == 2)
    shown = asked.replies[-1]
    seen = [ribao.server.said_in(here)[-1]]
    while label := next((each for each in _labels(shown) if "▶" in each and each[0] != "▶"), ""):
        await ribao.server.press(ribao.eve, shown, label)
        await ribao.server.until(lambda: ribao.server.said_in(here)[-1] != seen[-1])
        seen.append(ribao.server.said_in(here)[-1])
    assert len(seen) > 1
    assert len(ribao.server.messages[here["id"]]) == 2, "pages are turned in place"
    issue = await ribao.app.store.issues.shown(1, ribao.clock.now().date())
    assert issue is not None
    for section in issue.sections:
        assert all(f"{e.number}. {e.title}" in "\n".join(seen) for e in section.entries)


async def test_buttons_live_through_a_restart_and_forged_ones_do_nothing(
    tmp_path: Path, server: DiscordServer, places: dict[int, Json]
) -> None:
    here, clock = places[DIRECT], SetClock()
    async with at_work(tmp_path, server, clock) as first:
        picker = (await server.command(first.ann, here, "topics")).replies[-1]
        hers = (await server.command(first.eve, places[HERS], "topics")).replies[-1]
    assert server.published == 1
    async with at_work(tmp_path, server, clock) as second:
        was = _labels(picker)
        await server.press(second.ann, picker, "Computer vision")
        await server.until(lambda: _labels(picker) != was)
        assert len(await second.app.readers.follows(await second.chat(here))) == 1
        foreign = next(each["custom_id"] for each in components(hers) if "custom_id" in each)
        for forged in ("x", "AAAAAAAA/forget yes", "é" * 40, foreign):
            done = await server.press_id(second.ann, picker, forged)
            assert done.told == en("button.stale")
            assert done.hidden
    assert server.published == 1, "commands that are there already are not published again"


async def test_in_a_server_only_its_managers_change_settings(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    here, server = places[HALL], ribao.server
    refused = await server.command(ribao.eve, here, "subscribe", "cv")
    assert refused.told == en("error.admins_only")
    assert refused.hidden
    done = await server.command(ribao.ann, here, "subscribe", "cv")
    assert "Computer vision" in done.told
    owner = server.user(OWNER, "Owner")
    server.member(CLUB, OWNER)
    assert "language" in (await server.command(owner, here, "subscribe", "nlp")).told
    # A button is pressed by whoever likes; the right is asked for again.
    picker = (await server.command(ribao.ann, here, "topics")).replies[-1]
    pressed = await server.press(ribao.eve, picker, "✓ Computer vision")
    await server.until(lambda: pressed.replies)
    assert pressed.told == en("error.admins_only")
    assert pressed.replies[0]["flags"] & EPHEMERAL
    assert "✓ Computer vision" in _labels(picker), "what is refused is not unticked"
    server.member(CLUB, ANN)
    assert (await server.command(ribao.ann, here, "pause")).told == en("error.admins_only")


async def test_what_is_private_is_shown_to_that_person_only(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    here = places[HALL]
    asked = await ribao.server.command(ribao.ann, here, "today")
    await ribao.server.until(lambda: len(asked.replies) == 2)
    public = len(ribao.server.messages[here["id"]])
    saved = await ribao.server.command(ribao.ann, here, "save", "1")
    kept = await ribao.server.command(ribao.ann, here, "saved")
    assert saved.hidden
    assert en("keep.list", n=1) in kept.told
    export = await ribao.server.command(ribao.ann, here, "export")
    await ribao.server.until(lambda: len(export.replies) > 1)
    assert "ribao-export-1" in export.replies[-1]["files"][0]
    assert all(reply["flags"] & EPHEMERAL for reply in export.replies)
    assert len(ribao.server.messages[here["id"]]) == public


async def test_a_channel_a_forum_and_a_thread_get_their_issue(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    server, hall = ribao.server, places[HALL]
    for place in (places[NEWS], places[FORUM]):
        named = f"<#{place['id']}>"
        refused = await server.command(ribao.eve, places[HERS], "channel", f"add {named} cv")
        assert en("channel.not_yours", name=named) in refused.told
        added = await server.command(ribao.ann, hall, "channel", f"add {named} all")
        assert f"#{place['name']}" in added.told
    await server.command(ribao.ann, places[THREAD], "subscribe", "cv")
    server.messages.clear()
    await ribao.morning()
    assert "No. 1" in server.said_in(places[NEWS])[0]
    assert "Computer vision" in server.said_in(places[THREAD])[0]
    (post,) = [each for each in server.channels.values() if each.get("parent_id") == str(FORUM)]
    assert "Nov" in post["name"]
    assert server.said_in(post) == server.said_in(places[NEWS]), "one post holds the whole issue"
    assert server.said_in(places[FORUM]) == []
    await ribao.morning()
    posts = [each for each in server.channels.values() if each.get("parent_id") == str(FORUM)]
    assert len(posts) == 2, "one post a day"


async def test_a_channel_in_which_people_wrote_before_can_be_given_its_own_issue(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    server, named = ribao.server, f"<#{NEWS}>"
    await server.command(ribao.eve, places[NEWS], "topics")
    await server.command(ribao.ann, places[HALL], "channel", f"add {named} cv")
    done = await server.command(ribao.ann, places[HALL], "channel", f"{named} time 09:30")
    assert "09:30" in done.told
    listed = await server.command(ribao.ann, places[HALL], "channel", "list")
    assert "#news" in listed.told


async def test_who_is_forgotten_is_not_named_as_the_one_who_set_a_channel_up(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    """On Discord the private chat with a person has an id of its own."""
    await ribao.server.command(ribao.ann, places[HALL], "channel", f"add <#{NEWS}> cv")
    await ribao.server.command(ribao.eve, places[HERS], "forget", "yes")
    assert (await ribao.chat(places[NEWS])).added_by == str(ANN)
    await ribao.server.command(ribao.ann, places[DIRECT], "forget", "yes")
    assert (await ribao.chat(places[NEWS])).added_by is None


async def test_where_the_bot_may_not_write_it_is_not_set_up(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    named = f"<#{NEWS}>"
    places[NEWS]["permission_overwrites"] = [_deny(1 << 11)]
    told = await ribao.server.command(ribao.ann, places[HALL], "channel", f"add {named} cv")
    assert told.told == en("channel.lacking", name="#news", permissions="Send Messages")


@pytest.mark.parametrize("lost", ["the permission", "the channel", "the server"])
async def test_a_lost_channel_is_paused_told_to_who_set_it_up_and_comes_back(
    ribao: Ribao, places: dict[int, Json], lost: str
) -> None:
    server, hall = ribao.server, places[HALL]
    await server.command(ribao.ann, hall, "subscribe", "cv")
    guild = server.guilds[str(CLUB)]
    lacking = ""
    if lost == "the channel":
        del server.channels[hall["id"]]
    elif lost == "the server":
        del server.guilds[str(CLUB)]
    else:
        hall["permission_overwrites"] = [_deny(1 << 11)]
        server.denied.add(hall["id"])
        lacking = en("lost.lacking", permissions="Send Messages")
    await ribao.morning()
    assert (await ribao.chat(hall)).status is ChatStatus.GONE
    told = f"{en('lost.told', name='#hall')}\n{lacking}".strip()
    assert server.said_in(places[DIRECT]) == [told]
    await ribao.morning()
    assert server.said_in(places[DIRECT]) == [told], "it is told once"
    server.channels[hall["id"]], server.guilds[str(CLUB)] = hall, guild
    server.denied.clear()
    await server.command(ribao.ann, hall, "list")
    assert (await ribao.chat(hall)).status is ChatStatus.ACTIVE


@pytest.mark.parametrize("taken", [True, False])
async def test_a_morning_whose_answers_are_lost_brings_each_message_once(
    ribao: Ribao, places: dict[int, Json], *, taken: bool
) -> None:
    server, here = ribao.server, places[NEWS]
    await server.command(ribao.ann, places[HALL], "channel", f"add <#{NEWS}> all")
    server.fail("POST messages", Fault(cut=True, taken=taken))
    await ribao.morning()
    for _ in range(2):
        ribao.clock.move(timedelta(minutes=1))
        await ribao.app.tick([ribao.adapter]).run(ribao.clock.now())
    issue = await ribao.app.store.issues.last((await ribao.chat(here)).id)
    assert issue is not None
    first, *rest = ribao.adapter.renderer.render(issue)
    # The clock stands at noon, four hours after the issue was due.
    late = ribao.adapter.renderer.mark_late(first, "en")
    wanted = [visible(payload) for payload in (late, *rest)]
    assert len(wanted) > 2
    assert server.said_in(here) == wanted


async def test_a_cut_gateway_is_resumed_and_loses_nothing(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    server, gateway = ribao.server, ribao.server.gateway
    await gateway.cut()
    meanwhile = asyncio.create_task(server.command(ribao.ann, places[DIRECT], "help"))
    assert en("help.title") in (await meanwhile).told
    assert (gateway.identified, gateway.resumed) == (1, 1)
    await gateway.reconnect()
    await server.until(lambda: gateway.resumed == 2)
    await gateway.invalidate()
    await server.until(lambda: gateway.identified == 2)
    assert (await server.command(ribao.ann, places[DIRECT], "help")).replies
    assert gateway.heartbeats > 0


async def test_a_bot_in_many_servers_has_several_shards_and_each_resumes(
    tmp_path: Path, server: DiscordServer
) -> None:
    server.shards, far = 2, 1 << 22
    ann = server.user(ANN)
    halls = []
    for number, guild in ((HALL, CLUB), (NEWS, far)):
        server.guild(guild, "Club", owner=ANN)
        server.member(guild, ANN)
        halls.append(server.channel(number, guild, "hall"))
    async with at_work(tmp_path, server, SetClock()):
        await server.until(lambda: server.gateway.identified == 2)
        assert [session.shard for session in server.gateway.sessions.values()] == [(0, 2), (1, 2)]
        for hall in halls:
            assert en("help.title") in (await server.command(ann, hall, "help")).told
        await server.gateway.cut()
        for hall in halls:
            assert en("help.title") in (await server.command(ann, hall, "help")).told
        assert (server.gateway.identified, server.gateway.resumed) == (2, 2)


async def test_the_commands_are_published_in_three_languages(ribao: Ribao) -> None:
    by_name = {each["name"]: each for each in ribao.server.commands}
    subscribe = by_name["subscribe"]
    assert subscribe["name_localizations"] == {"zh-CN": "订阅", "zh-TW": "訂閱"}
    assert subscribe["default_member_permissions"] == "32"
    assert subscribe["options"][0]["autocomplete"]
    assert (subscribe["contexts"], subscribe["integration_types"]) == ([0, 1], [0, 1])
    assert by_name["today"]["default_member_permissions"] is None
    assert by_name["list"]["options"] == []
    assert by_name["queue"]["default_member_permissions"] == "0"


def _deny(permissions: int) -> Json:
    return {"id": str(CLUB), "type": 0, "allow": "0", "deny": str(permissions)}


def _differs(message: Json, was: list[str]) -> bool:
    return _labels(message) != was


def _labels(message: Json) -> list[str]:
    found = []
    for each in components(message):
        found += [each["label"]] if each["type"] == 2 else []
        found += [option["label"] for option in each.get("options", ())]
    return found
