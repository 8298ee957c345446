"""What is set for a channel on Discord alone, seen in its morning issue."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.options import Options
from tests.conversation import SetClock
from tests.discord.oracles import pictures
from tests.discord.server import EPHEMERAL, USERNAME, DiscordServer, Fault, Json
from tests.discord.working import CLUB, FORUM, HALL, NEWS, THREAD, Ribao, at_work, en

ROLE = 811
MAY = {
    "links": 1 << 14,
    "files": 1 << 15,
    "webhooks": 1 << 29,
    "messages": 1 << 13,
    "mentions": 1 << 17,
}


def allow(server: DiscordServer, *names: str) -> None:
    """Give the bot permissions beyond those that everybody has."""
    server.role(CLUB, 820, sum(MAY[name] for name in names))
    server.members[str(CLUB), server.bot] = ["820"]


async def set_(ribao: Ribao, channel: Json, text: str) -> str:
    return (await ribao.server.command(ribao.ann, channel, "options", text)).told


async def test_everything_is_listed_with_what_it_does(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    told = await set_(ribao, places[HALL], "")
    assert "style: components" in told
    assert en("option.ping") in told
    assert en("option.how.ping") in await set_(ribao, places[HALL], "ping")
    assert "can't be set" in await set_(ribao, places[HALL], "colour red")
    offered = await ribao.server.complete(ribao.ann, places[HALL], "options", "pi")
    assert [each["value"] for each in offered] == ["ping", "picture"]
    refused = await ribao.server.command(ribao.eve, places[HALL], "options", "ping off")
    assert refused.told == en("error.admins_only")


async def test_embeds_say_the_same_as_components(ribao: Ribao, places: dict[int, Json]) -> None:
    server = ribao.server
    for place in (places[HALL], places[NEWS]):
        await server.command(ribao.ann, place, "subscribe", "all")
    missing = await set_(ribao, places[HALL], "style embeds")
    assert missing == en("option.missing", permission="Embed Links")
    allow(server, "links")
    assert en("option.done") in await set_(ribao, places[HALL], "style embeds")
    server.messages.clear()
    await ribao.morning()
    plain, embedded = server.messages[str(NEWS)], server.messages[str(HALL)]
    assert [m["embeds"] != [] for m in embedded] == [True] * len(embedded)
    assert server.said_in(places[HALL]) == server.said_in(places[NEWS])
    assert all(set(pictures(e)) <= set(pictures(p)) for e, p in zip(embedded, plain, strict=True))
    assert embedded[0]["components"][-1]["components"][0]["options"]


async def test_an_issue_begins_with_a_cover_where_files_are_allowed(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    """In embeds in the hall, in components in the forum."""
    server, hall = ribao.server, places[HALL]
    await server.command(ribao.ann, hall, "channel", f"add <#{FORUM}> all")
    await server.command(ribao.ann, hall, "subscribe", "all")
    assert "Attach Files" in await set_(ribao, hall, "cover on")
    allow(server, "links", "files")
    for text in ("style embeds", "cover on"):
        assert en("option.done") in await set_(ribao, hall, text)
    await server.command(ribao.ann, hall, "channel", f"<#{FORUM}> options cover on")
    server.messages.clear()
    await ribao.morning()
    (post,) = [c for c in server.channels.values() if c.get("parent_id") == str(FORUM)]
    for place in (hall, post):
        first, *rest = server.messages[place["id"]]
        assert "PNG" in first["files"][0][:8]
        assert not any(message["files"] for message in rest)
    assert server.messages[hall["id"]][0]["embeds"][0]["image"]
    server.without_files = {hall["id"]}
    server.messages.clear()
    await ribao.morning()
    assert server.messages[hall["id"]][0]["files"] == [], "the words come all the same"


async def test_a_role_is_called_once_and_only_if_it_was_set(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    server, hall = ribao.server, places[HALL]
    await server.command(ribao.ann, hall, "subscribe", "all")
    server.role(CLUB, ROLE, 0)
    for wrong in (f"<@&{CLUB}>", "@everyone", "<@&999>", "x"):
        assert await set_(ribao, hall, f"ping {wrong}") == en("option.how.ping")
    assert "Mention @everyone" in await set_(ribao, hall, f"ping <@&{ROLE}>")
    allow(server, "mentions")
    assert en("option.done") in await set_(ribao, hall, f"ping <@&{ROLE}>")
    server.called.add(str(ROLE))
    server.messages.clear()
    await ribao.morning()
    first, *rest = server.messages[str(HALL)]
    assert first["mention_roles"] == [str(ROLE)]
    assert rest
    assert all(message["mention_roles"] == [] for message in rest)
    await set_(ribao, hall, "ping off")
    server.messages.clear()
    await ribao.morning()
    assert all(message["mention_roles"] == [] for message in server.messages[str(HALL)])


async def test_an_announcement_goes_on_to_who_follows_the_channel(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    server = ribao.server
    news = server.channel(830, CLUB, "announcements", 5)
    assert await set_(ribao, places[HALL], "publish on") == en("option.announcements_only")
    await server.command(ribao.ann, news, "subscribe", "all")
    assert en("option.done") in await set_(ribao, news, "publish on")
    server.messages.clear()
    server.fail("POST crosspost", Fault(403, {"code": 50013, "message": "no"}))
    await ribao.morning()
    said = [message["id"] for message in server.messages[news["id"]]]
    assert len(said) > 2
    assert server.crossposted == said[1:], "what is not published is there all the same"


async def test_a_webhook_posts_in_a_name_and_picture_of_the_channels_own(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    """In a channel, a thread and a forum; and whatever is taken away, the issue comes."""
    server, hall = ribao.server, places[HALL]
    await server.command(ribao.ann, hall, "channel", f"add <#{NEWS}> all")
    missing = await server.command(ribao.ann, hall, "channel", f"<#{NEWS}> options name Paper")
    assert en("option.missing", permission="Manage Webhooks") in missing.told
    allow(server, "webhooks")
    for text in ("name My Discord", "picture javascript:x"):
        wrong = await server.command(ribao.ann, hall, "channel", f"<#{NEWS}> options {text}")
        assert f"Write it like /channel <#{NEWS}> options" in wrong.told
    for place in (NEWS, THREAD, FORUM):
        await server.command(ribao.ann, hall, "channel", f"add <#{place}> all")
        for text in ("name The Paper", "picture https://example.org/p.png"):
            about = f"<#{place}> options {text}"
            assert (
                en("option.done") in (await server.command(ribao.ann, hall, "channel", about)).told
            )
    own = ("The Paper", "https://example.org/p.png")
    assert await _morning_worn(ribao) == {str(NEWS): {own}, str(THREAD): {own}, str(FORUM): {own}}
    assert len(server.webhooks) == 3
    server.webhooks.clear()  # somebody deletes them
    assert await _morning_worn(ribao) == {str(NEWS): {own}, str(THREAD): {own}, str(FORUM): {own}}
    server.webhooks.clear()
    server.without_webhooks = {str(NEWS), str(HALL), str(FORUM)}
    bot = (USERNAME, None)
    assert await _morning_worn(ribao) == {str(NEWS): {bot}, str(THREAD): {bot}, str(FORUM): {bot}}


async def _morning_worn(ribao: Ribao) -> dict[str, set[tuple[str, str | None]]]:
    """The names and pictures under which the next issues come, by channel or forum."""
    server = ribao.server
    server.messages.clear()
    await ribao.morning()
    found = {}
    for number, said in server.messages.items():
        parent = server.channels[number].get("parent_id")
        worn = {(each["author"]["username"], each["author"]["avatar"]) for each in said}
        found[parent if parent == str(FORUM) else number] = worn
    return found


async def test_a_webhooks_message_whose_answer_was_lost_comes_once(
    tmp_path: Path, server: DiscordServer, places: dict[int, Json]
) -> None:
    async with at_work(tmp_path, server, SetClock()) as ribao:
        allow(server, "webhooks")
        await server.command(ribao.ann, places[HALL], "subscribe", "all")
        await set_(ribao, places[HALL], "name The Paper")
        chat = await ribao.chat(places[HALL])
        payload = ribao.adapter.renderer.plain("text")
        server.messages.clear()
        first = await ribao.adapter.send(
            chat.address, payload, key="k", silent=False, options=chat.options
        )
        again = await ribao.adapter.send(
            chat.address, payload, key="k", silent=False, options=chat.options
        )
        assert first == again
        assert len(server.messages[str(HALL)]) == 1


@pytest.mark.parametrize("worn", [False, True])
async def test_an_issue_goes_on_in_the_post_that_it_opened(
    tmp_path: Path, server: DiscordServer, places: dict[int, Json], worn: bool
) -> None:
    """Though a member opens another meanwhile, even one of the same name."""
    async with at_work(tmp_path, server, SetClock()) as ribao:
        allow(server, "webhooks")
        await server.command(ribao.ann, places[HALL], "channel", f"add <#{FORUM}> all")
        if worn:
            about = f"<#{FORUM}> options name The Paper"
            await server.command(ribao.ann, places[HALL], "channel", about)
        chat = await ribao.chat(places[FORUM])
        begins = {"type": 10, "content": "# News · No\\. 1\nNov 18"}
        title = json.dumps({"flags": 1 << 15, "components": [begins]})
        more = ribao.adapter.renderer.plain("more")

        async def send(payload: str, key: str, first: str = "") -> str:
            return await ribao.adapter.send(
                chat.address, payload, key=key, silent=False, options=chat.options, first=first
            )

        first = await send(title, "k1")
        hers = server.thread(950, places[FORUM], "News · No. 1 · Nov 18", owner=ribao.ann["id"])
        places[FORUM]["last_message_id"] = hers["id"]
        await send(more, "k2", first)
        assert [len(server.messages[number]) for number in (first, "950")] == [2, 0]
        if worn:
            await send(title, "k3")
            assert not server.messages["950"], "what follows on another day, neither"
            assert (
                len([c for c in server.channels.values() if c.get("parent_id") == str(FORUM)]) == 3
            )


async def test_threads_that_begin_at_once_share_a_webhook(
    tmp_path: Path, server: DiscordServer, places: dict[int, Json]
) -> None:
    async with at_work(tmp_path, server, SetClock()) as ribao:
        allow(server, "webhooks")
        await server.command(ribao.ann, places[HALL], "subscribe", "all")
        await set_(ribao, places[HALL], "name The Paper")
        chat = await ribao.chat(places[HALL])
        payload = ribao.adapter.renderer.plain("text")
        threads = [server.thread(number, places[HALL], "t") for number in range(950, 954)]
        sends = [
            ribao.adapter.send(
                replace(chat.address, id=thread["id"]),
                payload,
                key=thread["id"],
                silent=False,
                options=chat.options,
            )
            for thread in threads
        ]
        server.slow_seconds = 0.05
        await asyncio.gather(*sends)
        assert len(server.webhooks) == 1


async def test_a_forums_tags_follow_the_topics_in_any_language(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    server, forum = ribao.server, places[FORUM]
    names = {"1": "计算机视觉", "2": "NLP", "3": "Cooking", "4": "Robotics"}
    tags: list[dict[str, Any]] = [
        {"id": n, "name": name, "moderated": n == "4"} for n, name in names.items()
    ]
    forum["available_tags"], forum["flags"] = tags, 1 << 4
    await server.command(ribao.ann, places[HALL], "channel", f"add <#{FORUM}> cv")
    await ribao.morning()
    (post,) = [c for c in server.channels.values() if c.get("parent_id") == str(FORUM)]
    assert post["applied_tags"][0] == "1"
    assert "3" not in post["applied_tags"]


async def test_an_item_of_a_pushed_issue_is_read_kept_and_judged(
    ribao: Ribao, places: dict[int, Json]
) -> None:
    server, hall = ribao.server, places[HALL]
    await server.command(ribao.ann, places[HALL], "channel", f"add <#{FORUM}> all")
    await server.command(ribao.ann, hall, "subscribe", "all")
    server.messages.clear()
    await ribao.morning()
    (post,) = [c for c in server.channels.values() if c.get("parent_id") == str(FORUM)]
    for place, label in ((hall, "button.save"), (post, "button.like")):
        message = server.messages[place["id"]][0]
        opened = await server.press_answered(ribao.eve, message, "1 · ")
        assert opened.replies[0]["flags"] & EPHEMERAL, "only who chose it sees it"
        await server.press_answered(ribao.eve, opened.replies[0], en(label))
    kept = await server.command(ribao.eve, hall, "saved")
    assert en("keep.list", n=1) in kept.told


def test_options_that_are_not_set_are_no_text() -> None:
    assert Options().dumped() == ""
    some = Options(embeds=True, name="日报")
    assert Options.loaded(some.dumped()) == some
    assert Options.loaded("") == Options()
