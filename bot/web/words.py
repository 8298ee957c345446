"""The words of the site that stand on every page, by the names that the templates use."""

from collections.abc import Mapping
from functools import cache

from bot.messages import messages


@cache
def words(language: str) -> Mapping[str, str]:
    say = messages(language)
    return {
        "name": say("issue.title"),
        "skip": say("web.skip"),
        "tagline": say("web.tagline"),
        "today": say("web.today"),
        "topics": say("web.topics"),
        "history": say("web.history"),
        "search": say("web.search"),
        "feeds": say("web.feeds"),
        "languages": say("web.languages"),
        "theme": say("web.theme"),
        "menu": say("web.menu"),
        "neighbours": say("web.neighbours"),
        "details": say("web.details"),
        "contents": say("web.contents"),
        "whole": say("issue.all_topics"),
        "months": say("web.months"),
        "empty": say("web.empty"),
        "nothing_yet": say("web.nothing_yet"),
        "image": say("web.image"),
        "telegram": say("web.telegram"),
        "discord": say("web.discord"),
        "discord_then": say("web.discord_then"),
        "search_label": say("web.search_label"),
        "search_hint": say("web.search_hint"),
        "search_script": say("web.search_script"),
        "search_none": say("web.search_none"),
        "search_found": say("web.search_found", n="{n}"),
        "search_busy": say("web.search_busy"),
        "search_failed": say("web.search_failed"),
        "feeds_hint": say("web.feeds_hint"),
        "feeds_all": say("web.feeds_all"),
        "made_with": say("web.made_with"),
        "not_found": say("web.not_found"),
        "not_found_hint": say("web.not_found_hint"),
        "field": say("card.field"),
        "tasks": say("card.tasks"),
        "link": say("card.link"),
        "code": say("card.code"),
        "authors": say("card.authors"),
        "published": say("card.published"),
        "venue": say("card.venue"),
        "introduction": say("card.introduction"),
        "abstract": say("card.abstract"),
    }


OWN_NAMES = {"en": "English", "zh-CN": "简体中文", "zh-TW": "繁體中文"}
"""Each language by its own name, for those who look for it."""
