"""The catalogues: complete, alike in all languages, and in step with the code that speaks."""

import ast
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib import resources
from pathlib import Path
from string import Formatter

import pytest
from babel import Locale

from adapters.discord.options import Extras
from bot.commands import arguments
from bot.commands.explaining import SIGNALS
from bot.commands.following import understand
from bot.commands.parse import Invocation, parse
from bot.commands.table import build_table
from bot.commands.told import REASONS
from bot.curation.changes import state_of
from bot.curation.nouns import Kind, Status
from bot.errors import Refusal
from bot.layouts.catalogue import LAYOUTS
from bot.layouts.weeks import KINDS
from bot.messages import Message, Messages, catalogue, known_language, messages
from bot.model import LANGUAGES, ChatStatus, DeliveryState, Item, MatchKind, Section, StoredItem
from bot.topics import Taxonomy
from bot.zones import resolve_zone

ROOT = Path(__file__).parents[2]
ENGLISH = catalogue("en")
TABLE = build_table()
COMMANDS = tuple(dict.fromkeys(command.name for command in TABLE.values()))
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
TODAY = date(2026, 11, 21)

NEVER_EMPTY = {"zone.ambiguous"}
"""Refusals that always have suggestions: what is ambiguous has at least two meanings."""

# The same characters, simplified and traditional; neither is used in the other script.
SIMPLIFIED = (
    "这们阅时闻题论领项码数据资览讯发订设语简获闭说请间错认传读选试动开关单当现为从会还没页频静钟样对应实"
    "该与话让听导储区体识长级称编复贝载链连记术东车见观点线网爱乐写帮总机吗词类个过无边问经书两号"
)
TRADITIONAL = (
    "這們閱時聞題論領項碼數據資覽訊發訂設語簡獲閉說請間錯認傳讀選試動開關單當現為從會還沒頁頻靜鐘樣對應實"
    "該與話讓聽導儲區體識長級稱編復貝載鏈連記術東車見觀點線網愛樂寫幫總機嗎詞類個過無邊問經書兩號"
)

every_language = pytest.mark.parametrize("language", LANGUAGES)
every_translation = pytest.mark.parametrize("language", LANGUAGES[1:])


def forms(message: Message) -> Mapping[str, str]:
    """The plural forms of a message; one that has none is its own other."""
    return {"other": message} if isinstance(message, str) else message


def texts(language: str) -> Iterator[tuple[str, str]]:
    """Every text of a catalogue by its key, each plural form for itself."""
    for key, message in catalogue(language).items():
        for text in forms(message).values():
            yield key, text


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def needs(key: str) -> set[str]:
    """What must be given to say a message of the catalogue."""
    message = ENGLISH[key]
    named = set[str]().union(*(placeholders(text) for text in forms(message).values()))
    return named if isinstance(message, str) else named | {"n"}


# ------------------------------------------------------------------ the catalogues by themselves


@every_language
def test_a_catalogue_has_the_keys_of_english(language: str) -> None:
    assert catalogue(language).keys() == ENGLISH.keys()


@every_language
def test_a_catalogue_holds_nothing_but_words(language: str) -> None:
    file = resources.files("bot").joinpath("locales", f"{language}.toml")

    def leaves(prefix: str, value: object) -> Iterator[tuple[str, object]]:
        if not isinstance(value, dict):
            yield prefix, value
            return
        for name, inner in value.items():
            yield from leaves(f"{prefix}.{name}", inner)

    for key, value in leaves("", tomllib.loads(file.read_text("utf-8"))):
        assert isinstance(value, str), key
        assert value, key
        assert value == value.strip(), key


@every_language
def test_placeholders_are_those_of_english_in_every_form(language: str) -> None:
    for key, message in catalogue(language).items():
        expected = set[str]().union(*(placeholders(t) for t in forms(ENGLISH[key]).values()))
        for form, text in forms(message).items():
            assert placeholders(text) == expected, f"{key} ({form})"


@every_language
def test_placeholders_are_plain_names(language: str) -> None:
    for key, text in texts(language):
        for _, name, spec, conversion in Formatter().parse(text):
            assert name is None or (name.isidentifier() and not spec and not conversion), key


@every_language
def test_plurals_have_the_forms_of_the_language(language: str) -> None:
    expected = {*messages(language).locale.plural_form.tags, "other"}
    for key, message in catalogue(language).items():
        if not isinstance(message, str):
            assert set(message) == expected, key


@every_translation
def test_a_plural_is_one_in_every_language(language: str) -> None:
    """Else a call without ``n`` would do in one language and fail in another."""
    for key, message in catalogue(language).items():
        assert isinstance(message, str) == isinstance(ENGLISH[key], str), key


@every_language
def test_there_is_no_markup(language: str) -> None:
    for key, text in texts(language):
        assert not re.search(r"[<>*`\\\t]|__|~~|\|\|", text), key


@every_language
def test_hostile_values_are_shown_as_they_are(language: str) -> None:
    hostile = "{0} {x!r} {{}} {n} }{ %s\n<b>*_` 🗞️\u202e"
    say = messages(language)
    for key in ENGLISH:
        for n in (0, 1, 2, 5, 21, 1_000_000):
            values = {name: f"{name} {hostile}" for name in needs(key) - {"n"}}
            said = say(key, **values, n=n)
            assert all(value in said for value in values.values()), key
            assert str(n) in said or "n" not in needs(key), key


def test_hostile_suggestions_are_shown_as_they_are() -> None:
    refusal = Refusal("topic.unknown", text="{text}", suggestions=("{0}", "}{", "🗞️\n"))
    for language in LANGUAGES:
        said = messages(language).refusal(refusal)
        assert all(part in said for part in ("{text}", "{0}", "}{", "🗞️\n"))


def test_the_lists_of_characters_are_pairs() -> None:
    assert len(SIMPLIFIED) == len(TRADITIONAL) == len(set(SIMPLIFIED)) == len(set(TRADITIONAL))
    assert not set(SIMPLIFIED) & set(TRADITIONAL)


@pytest.mark.parametrize(
    ("language", "foreign"),
    [
        ("zh-CN", set(TRADITIONAL) | set("「」『』")),
        ("zh-TW", set(SIMPLIFIED) | set("“”‘’")),
    ],
)
def test_chinese_keeps_to_one_script(language: str, foreign: set[str]) -> None:
    for key, text in texts(language):
        assert not set(text) & foreign, key


@every_translation
def test_what_people_read_is_translated(language: str) -> None:
    """What is the same in English has no letters to translate: a command, a row, a name."""
    told_apart = (
        "usage.",
        "example.",
        "channel.row",
        "history.change",
        "language.name",
        "button.",
        "topics.keyword",
    )
    for key, text in texts(language):
        assert key.startswith(told_apart) or re.search("[\u4e00-\u9fff]", text), key


# ------------------------------------------------------------------- the catalogues and commands


@every_language
def test_every_command_has_its_words(language: str) -> None:
    for table in ("usage", "help", "example"):
        of_table = [key for key in catalogue(language) if key.startswith(f"{table}.")]
        extra = {"title", "more", "unknown", "examples", "aliases"} if table == "help" else set()
        assert {key.partition(".")[2] for key in of_table} == {*COMMANDS, *extra}
    say = messages(language)
    for name in COMMANDS:
        assert say(f"usage.{name}").split()[0] == f"/{name}"
        assert "\n" not in say(f"help.{name}")


@every_language
@pytest.mark.parametrize("name", COMMANDS)
def test_examples_are_understood(language: str, name: str) -> None:
    for line in messages(language)(f"example.{name}").split("\n"):
        parsed = parse(line, TABLE)
        assert isinstance(parsed, Invocation), line
        assert parsed.command.name == name, line
        if parsed.argument and name in READERS:
            assert READERS[name](parsed.argument), line


@cache
def taxonomy() -> Taxonomy:
    return Taxonomy.load()


def _all_understood(text: str) -> bool:
    return not understand(text, taxonomy()).unknown


def _means_something(read: Callable[[str], object]) -> Callable[[str], bool]:
    """Readers of arguments raise ``Refusal`` where they don't understand."""
    return lambda text: read(text) is not Ellipsis


READERS: Mapping[str, Callable[[str], bool]] = {
    "start": _all_understood,
    "help": lambda text: text in TABLE,
    "today": _all_understood,
    "subscribe": _all_understood,
    "unsubscribe": _all_understood,
    "topics": lambda text: taxonomy().resolve(text) is not None,
    "issue": _means_something(lambda text: arguments.day(text, TODAY)),
    "time": _means_something(arguments.time_of_day),
    "timezone": _means_something(lambda text: resolve_zone(text, NOW)),
    "language": lambda text: known_language(text) is not None,
    "days": _means_something(arguments.weekdays),
    "quiet": _means_something(arguments.quiet_hours),
    "pause": _means_something(arguments.pause_days),
}


@every_language
def test_commands_that_messages_mention_exist(language: str) -> None:
    for key, text in texts(language):
        words = re.sub(r"https?://\S+", "", text)
        mentioned = re.findall(r"(?<![A-Za-z])/([a-z]\w*)", words, re.ASCII)
        assert set(mentioned) <= set(COMMANDS), key


@every_language
@pytest.mark.parametrize(
    ("table", "command"),
    [
        ("time", "time"),
        ("zone", "timezone"),
        ("days", "days"),
        ("quiet", "quiet"),
        ("language", "language"),
    ],
)
def test_arguments_that_messages_advise_are_understood(
    language: str, table: str, command: str
) -> None:
    advised = [
        (key, argument.rstrip(",."))
        for key, text in texts(language)
        if key.startswith(f"{table}.")
        for argument in re.findall(rf"/{command} ([^\s、，。）]+)", text)
    ]
    assert advised
    for key, argument in advised:
        assert READERS[command](argument), key


# ------------------------------------------------------------------- the catalogues and the code


@dataclass(frozen=True)
class Use:
    """A place that says a message: which it may be, and what is given for the placeholders."""

    where: str
    keys: frozenset[str]
    given: frozenset[str]
    open: bool
    refusal: bool


TABLES = {key.partition(".")[0] for key in ENGLISH}
KEY = re.compile(r"[a-z]+\.[a-z_]+")
CARD_LABELS = ("published", "tasks", "authors", "introduction", "abstract")
EXPANSIONS: Mapping[str, Iterable[str]] = {
    "section": set(Section) - {Section.OTHER},
    "card": CARD_LABELS,
    "item": CARD_LABELS,
    "layouts": LAYOUTS,
    "edition": ("daily", *KINDS),
    "status": ChatStatus,
    "delivery": DeliveryState,
    "usage": COMMANDS,
    "help": COMMANDS,
    "example": COMMANDS,
    "submission": Status,
    "reason": REASONS,
    "curate": set(Kind) - {Kind.ACCEPT},
    "revision": Kind,
    "option": Extras.names,
    "option.how": Extras.names,
    "why.signal": SIGNALS,
    "why.keyword": ("title", "text"),
    "why.points": ("fit", "heat", "source", "variety"),
    "story.match": MatchKind,
    "field": state_of(StoredItem(1, NOW, Item("k", "t", "u", Section.NEWS))),
}
"""What stands for the brace in ``f"section.{...}"``; elsewhere the words in the same function."""


@cache
def uses() -> tuple[Use, ...]:
    """Every call in the sources that says or refuses something by a key."""
    found: list[Use] = []
    for part in ("bot", "adapters", "scheduler"):
        for path in sorted((ROOT / part).rglob("*.py")):
            source = path.read_text("utf-8")
            if "say" in source or "messages(" in source or "Refusal(" in source:
                found.extend(_uses_in(ast.parse(source), str(path.relative_to(ROOT))))
    return tuple(found)


def _uses_in(module: ast.Module, path: str) -> Iterator[Use]:
    speakers = _speakers(module)
    functions = [
        n for n in ast.walk(module) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    seen = set()
    for scope in (*reversed(functions), module):  # inner ones come later in a walk
        for call in ast.walk(scope):
            if isinstance(call, ast.Call) and call not in seen and _says(call, speakers):
                seen.add(call)
                keys = frozenset(_keys(call.args[0], scope))
                given = frozenset(keyword.arg for keyword in call.keywords if keyword.arg)
                is_open = any(keyword.arg is None for keyword in call.keywords)
                refusal = isinstance(call.func, ast.Name) and call.func.id == "Refusal"
                yield Use(f"{path}:{call.lineno}", keys, given, is_open, refusal)


def _speakers(module: ast.Module) -> set[str]:
    """Names by which a module calls ``Messages`` or ``Refusal``.

    ``say`` is none where it is the function that makes a reply of a text.
    """
    names = {"say", "speak", "Refusal"}
    for node in ast.walk(module):
        match node:
            case ast.ImportFrom(module="bot.commands.reply", names=imported):
                names -= {alias.name for alias in imported}
            case ast.arg(arg=name, annotation=ast.Name(id="Messages")):
                names.add(name)
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="messages"))
            ):
                names.add(name)
    return names


def _says(call: ast.Call, speakers: set[str]) -> bool:
    match call.func:
        case ast.Name(id=name):
            return name in speakers
        case ast.Attribute(attr=name):
            return name in {"say", "speak"}
        case ast.Call(func=ast.Name(id="messages")):
            return True
    return False


def _keys(node: ast.expr, scope: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(key)):
            yield key
        case ast.IfExp(body=body, orelse=orelse):
            yield from _keys(body, scope)
            yield from _keys(orelse, scope)
        case ast.JoinedStr(values=[ast.Constant(value=str(prefix)), ast.FormattedValue()]):
            table = prefix.removesuffix(".")
            words = EXPANSIONS.get(table) or [w for w in _words(scope) if w.isidentifier()]
            yield from (f"{prefix}{word}" for word in words)
        case ast.Name():
            yield from (
                w for w in _words(scope) if KEY.fullmatch(w) and w.partition(".")[0] in TABLES
            )
        case _:
            yield f"not understood: {ast.unparse(node)}"


def _words(scope: ast.AST) -> Iterator[str]:
    """The strings in a function that may be chosen from: not those given to calls or f-strings."""
    others: set[ast.AST] = set()
    for node in ast.walk(scope):
        match node:
            case ast.JoinedStr():
                others.update(ast.walk(node))
            case ast.Call(args=given):
                others.update(given)
                others.update(
                    p for arg in given if isinstance(arg, ast.IfExp) for p in ast.walk(arg)
                )
    for node in ast.walk(scope):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in others:
            yield node.value


def test_every_key_that_the_code_says_exists() -> None:
    assert len(uses()) > 50
    for use in uses():
        assert use.keys <= ENGLISH.keys(), f"{use.where}: {sorted(use.keys - ENGLISH.keys())}"


def test_every_key_is_said_somewhere() -> None:
    said = frozenset[str]().union(*(use.keys for use in uses()))
    refused = frozenset[str]().union(*(use.keys for use in uses() if use.refusal))
    assert ENGLISH.keys() - said - {f"{key}_plain" for key in refused} == set()


def test_every_placeholder_is_given() -> None:
    for use in uses():
        if not use.open:
            for key in use.keys & ENGLISH.keys():
                assert needs(key) <= use.given, f"{use.where}: {key}"


def test_refusals_have_words_for_no_suggestions() -> None:
    suggesting = [use for use in uses() if use.refusal and "suggestions" in use.given]
    keys = frozenset[str]().union(*(use.keys for use in suggesting))
    assert keys >= {"topic.unknown", "zone.unknown", *NEVER_EMPTY}
    for use in suggesting:
        for key in use.keys - NEVER_EMPTY:
            assert needs(f"{key}_plain") <= use.given - {"suggestions"}, use.where


def test_what_the_scan_sees() -> None:
    module = ast.parse(
        "def f(tongue: Messages, on):\n"
        '    key = "list.title" if on else "list.empty"\n'
        "    tongue(key)\n"
        '    context.say("card.a" if on else "card.b", n=1)\n'
        '    messages(x)("language.name")\n'
        '    raise Refusal(f"status.{on}", **more)\n'
        "def g():\n"
        '    speak = messages("en") if on else context.say\n'
        '    for name in ("one", "two"):\n'
        '        say(f"button.{name}")\n'
        '    text = speak("card.link")\n'
        "    context.say(text.upper())\n"
    )
    assert {(use.keys, use.given, use.open) for use in _uses_in(module, "f.py")} == {
        (frozenset({"list.title", "list.empty"}), frozenset(), False),
        (frozenset({"card.a", "card.b"}), frozenset({"n"}), False),
        (frozenset({"language.name"}), frozenset(), False),
        (frozenset({"status.active", "status.paused", "status.gone"}), frozenset(), True),
        (frozenset({"button.one", "button.two"}), frozenset(), False),
        (frozenset({"card.link"}), frozenset(), False),
        (frozenset({"not understood: text.upper()"}), frozenset(), False),
    }
    module = ast.parse("from bot.commands.reply import say\nsay(done)\nx.say('card.link')")
    assert [use.keys for use in _uses_in(module, "f.py")] == [{"card.link"}]


# ------------------------------------------------------------------------------- plurals and dates


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        ("en", 0, "0 items"),
        ("en", 1, "1 item"),
        ("en", 2, "2 items"),
        ("en", 21, "21 items"),
        ("zh-CN", 1, "共 1 条"),
        ("zh-CN", 2, "共 2 条"),
        ("zh-TW", 1, "共 1 則"),
        ("zh-TW", 2, "共 2 則"),
    ],
)
def test_a_plural_is_chosen_by_n(language: str, n: int, said: str) -> None:
    assert messages(language)("issue.count", n=n) == said


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "1 файл"), (3, "3 файла"), (5, "5 (др.)"), (21, "21 файл"), ("1", "1 (др.)")],
)
def test_plurals_are_those_of_cldr(n: object, said: str) -> None:
    """Russian has more of them. A form that the catalogue lacks, or no number, takes the other."""
    files = {"one": "{n} файл", "few": "{n} файла", "other": "{n} (др.)"}
    assert Messages("ru", {"files": files}, Locale("ru"))("files", n=n) == said


def test_an_unknown_key_is_a_bug() -> None:
    with pytest.raises(KeyError):
        messages("en")("no.such_key")


def test_a_language_without_a_catalogue_gets_english() -> None:
    assert messages("fr").language == "en"
    assert messages("fr")("settings.title") == "Settings"


def test_a_refusal_without_suggestions_makes_none() -> None:
    for language in LANGUAGES:
        say = messages(language)
        for key in ("topic.unknown", "zone.unknown"):
            plain = say.refusal(Refusal(key, text="x", suggestions=()))
            assert plain == say(f"{key}_plain", text="x")
            suggesting = say.refusal(Refusal(key, text="x", suggestions=("a", "b")))
            assert suggesting == say(
                key, text="x", suggestions={"en": "a or b"}.get(language, "a或b")
            )
            assert plain != suggesting


@pytest.mark.parametrize(
    ("iso", "en", "zh"),
    [
        ("2022", "2022", "2022"),
        ("2022-06", "June 2022", "2022年6月"),
        ("2022-12", "December 2022", "2022年12月"),
        ("2022-06-07", "Jun 7, 2022", "2022年6月7日"),
        ("2022-06-27T23:59:59+00:00", "Jun 27, 2022", "2022年6月27日"),
        ("2022-06-27T08:00:00Z", "Jun 27, 2022", "2022年6月27日"),
    ],
)
def test_a_date_is_as_exact_as_it_is_known(iso: str, en: str, zh: str) -> None:
    assert messages("en").published(iso) == en
    assert messages("zh-CN").published(iso) == zh
    assert messages("zh-TW").published(iso) == zh


def test_weekdays_are_named_in_the_order_of_the_week() -> None:
    assert messages("en").weekdays({7, 1, 3}) == "Mon, Wed, and Sun"
    assert messages("en").weekdays([5, 2]) == "Tue and Fri"
    assert messages("en").weekdays(frozenset({6})) == "Sat"
    assert messages("zh-CN").weekdays({7, 1, 3}) == "周一、周三和周日"
    assert messages("zh-TW").weekdays({7, 1, 3}) == "週一、週三和週日"
    assert messages("en").weekdays(()) == ""


def test_days_are_written_in_full_and_short() -> None:
    day = date(2026, 11, 22)
    assert messages("en").day(day) == "Sunday, November 22, 2026"
    assert messages("zh-CN").day(day) == "2026年11月22日星期日"
    assert messages("zh-TW").day(day) == "2026年11月22日 星期日"
    assert messages("en").short_day(day) == "Nov 22, 2026"
    assert messages("zh-CN").short_day(day) == messages("zh-TW").short_day(day) == "2026年11月22日"


def test_moments_are_exact_to_the_minute() -> None:
    local = datetime(2026, 11, 22, 8, 5)  # noqa: DTZ001 - local time of a reader
    assert messages("en").moment(local) == "Sun 2026-11-22 08:05"
    assert messages("zh-CN").moment(local) == "周日 2026-11-22 08:05"
    assert messages("zh-TW").moment(local) == "週日 2026-11-22 08:05"
    assert {messages(language).instant(local) for language in LANGUAGES} == {"2026-11-22 08:05"}
    assert {messages(language).clock(time(0, 5)) for language in LANGUAGES} == {"00:05"}


# -------------------------------------------------------------------------------------- languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *((tag, tag) for tag in LANGUAGES),
        ("EN", "en"),
        ("en-US", "en"),
        ("en_GB", "en"),
        (" English ", "en"),
        ("ENGLISH", "en"),
        ("英文", "en"),
        ("英语", "en"),
        ("英語", "en"),
        ("zh", "zh-CN"),
        ("ZH_cn", "zh-CN"),
        ("zh-Hans", "zh-CN"),
        ("zh_Hans_CN", "zh-CN"),
        ("zh-Hans-HK", "zh-CN"),
        ("zh-SG", "zh-CN"),
        ("Chinese", "zh-CN"),
        ("中文", "zh-CN"),
        ("简体", "zh-CN"),
        ("简体中文", "zh-CN"),
        ("zh_tw", "zh-TW"),
        ("zh-Hant", "zh-TW"),
        ("zh-hant-tw", "zh-TW"),
        ("zh_Hant_HK", "zh-TW"),
        ("zh-HK", "zh-TW"),
        ("zh-MO", "zh-TW"),
        ("繁体", "zh-TW"),
        ("繁體", "zh-TW"),
        ("繁體中文", "zh-TW"),
        ("正體中文", "zh-TW"),
        ("", None),
        ("  ", None),
        ("-", None),
        ("fr", None),
        ("de-DE", None),
        ("zhongwen", None),
        ("klingon", None),
    ],
)
def test_languages_are_known_by_many_names(text: str, language: str | None) -> None:
    assert known_language(text) == language


def test_a_language_is_known_by_its_own_name() -> None:
    for language in LANGUAGES:
        assert known_language(messages(language)("language.name")) == language
