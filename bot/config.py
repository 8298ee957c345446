"""Configuration: a TOML file and the environment, validated into frozen settings.

Every key may also come from the environment as ``RIBAO_<SECTION>_<KEY>`` (``RIBAO_DATABASE_URL``).
Nothing is read at import; ``load`` is called once, by the front door.
"""

import os
import re
import tomllib
from collections import Counter
from datetime import time
from difflib import get_close_matches
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from platformdirs import user_data_path
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config_values import (
    DatabaseUrl,
    HttpUrl,
    LanguageTag,
    Person,
    TimeOfDay,
    WebSocketUrl,
    Zone,
)
from bot.errors import ConfigError
from bot.model import Section, SourceSpec
from bot.source_kinds import SourceSettings

_BUILT_IN = ("data", "sources.toml")

ENVIRONMENT_PREFIX = "RIBAO_"


def _secret(key: str, value: SecretStr | None, file: Path | None) -> str | None:
    """A secret as it is given, or from its file. Raises ``ConfigError``, which never shows it."""
    if value is not None:
        return value.get_secret_value().strip() or None
    if file is None:
        return None
    try:
        return file.read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigError(f"{key}_file: {file} can't be read: {reason}") from None


def _distinct(sources: tuple[SourceSettings, ...]) -> tuple[SourceSettings, ...]:
    names = Counter(source.name for source in sources)
    repeated = sorted(name for name, times in names.items() if times > 1)
    if repeated:
        raise ValueError(f"names must differ; used twice: {', '.join(repeated)}")
    return sources


Sources = Annotated[tuple[SourceSettings, ...], AfterValidator(_distinct)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseSettings(_Table):
    """``url`` is SQLAlchemy's; None means an SQLite file in the data folder."""

    url: DatabaseUrl | None = None


class ReaderSettings(_Table):
    """What a new chat starts with."""

    language: LanguageTag = "en"
    timezone: Zone = "UTC"
    time: TimeOfDay = time(8, 0)


class IssueSettings(_Table):
    """How long an issue may get: items per section, and papers."""

    per_section: int = Field(default=5, ge=1, le=50)
    papers: int = Field(default=10, ge=1, le=100)


class FetchSettings(_Table):
    """``default_sources`` adds the built-in list; left out, it is used when none is configured.

    ``pause_seconds`` lie between two requests to one host; arXiv has a longer pause of its own.
    """

    interval_minutes: int = Field(default=30, ge=5, le=24 * 60)
    default_sources: bool | None = None
    sources_file: Path | None = None
    contact: str = ""
    pause_seconds: float = Field(default=1.0, ge=0, le=60)


class GithubSettings(_Table):
    """``token`` needs no rights; it raises the limit from 10 to 30 searches a minute."""

    token: SecretStr | None = None
    token_file: Path | None = None

    @property
    def secret(self) -> str | None:
        """The token. Raises ``ConfigError`` if its file can't be read."""
        return _secret("github.token", self.token, self.token_file)


class AccessSettings(_Table):
    """``allowed`` left out: everybody may come. Operators always may."""

    allowed: tuple[Person, ...] | None = None
    per_minute: int = Field(default=30, ge=1, le=100_000)


class SubmissionSettings(_Table):
    """``per_day``: so many addresses may one person send in within 24 hours; 0 closes the door."""

    per_day: int = Field(default=10, ge=0, le=1000)


class Role(StrEnum):
    """What a process does: read the sources, send issues, answer people."""

    FETCH = "fetch"
    SEND = "send"
    SERVE = "serve"


class DeliverySettings(_Table):
    """``per_second`` replaces a platform's limit of messages a second, as with paid broadcast.

    ``at_most_once``: a message whose outcome is unknown is given up, not sent again.
    """

    per_second: dict[str, Annotated[float, Field(ge=1, le=10_000)]] = {}
    at_most_once: bool = False


class LogSettings(_Table):
    """What is written to stderr. ``level`` is that of Ribao's own records; see ``bot.logs``."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "warning"


class HttpSettings(_Table):
    """Where ``ribao run`` answers those who watch it; without a ``port`` nowhere."""

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=1, le=65535)


class WebSettings(_Table):
    """The web edition: `ribao site build` and, where a ``port`` is given, `ribao run` serve it.

    ``base_url`` is the address at which the site is reached. ``time`` and ``timezone`` say when
    the edition of the day comes out; left out, they are those of ``readers``. ``telegram`` is the
    bot's name and ``discord`` its application id, for the links by which readers subscribe.
    ``images`` says whether those of items are linked, or copied into the site and shown.
    """

    base_url: HttpUrl | None = None
    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=1, le=65535)
    folder: Path | None = None
    time: TimeOfDay | None = None
    timezone: Zone | None = None
    telegram: str = Field(default="", pattern=r"^@?\w{0,32}$")
    discord: str = Field(default="", pattern=r"^\d{0,20}$")
    images: Literal["link", "copy"] = "link"


class ConsoleSettings(_Table):
    """``enabled`` left out: the console is on when no other platform is."""

    enabled: bool | None = None
    chat: str = "me"


class TelegramSettings(_Table):
    """A bot account. It is on where a token is given, here, in the environment or in a file.

    ``paid_broadcast``: what goes beyond the free rate is paid with the bot's Stars. ``covers``,
    ``link_preview`` and ``rich`` are about pushed issues: a picture before each, the page of the
    first item under it, and headings and folded abstracts as Rich Messages.
    """

    token: SecretStr | None = None
    token_file: Path | None = None
    base_url: HttpUrl = "https://api.telegram.org"
    base_file_url: HttpUrl = "https://api.telegram.org/file"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: HttpUrl | None = None
    webhook_host: str = "127.0.0.1"
    webhook_port: int = Field(default=8443, ge=1, le=65535)
    proxy: HttpUrl | None = None
    paid_broadcast: bool = False
    covers: bool = False
    link_preview: Literal["off", "first"] = "off"
    rich: bool = False

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.mode == "webhook" and self.webhook_url is None:
            raise ValueError("mode webhook needs webhook_url, the address that Telegram shall call")
        return self

    @property
    def secret(self) -> str | None:
        """The token. Raises ``ConfigError`` if its file can't be read."""
        return _secret("telegram.token", self.token, self.token_file)


class DiscordSettings(_Table):
    """A bot account. It is on where a token is given, here, in the environment or in a file."""

    token: SecretStr | None = None
    token_file: Path | None = None
    api_url: HttpUrl = "https://discord.com/api/v10"
    gateway_url: WebSocketUrl = "wss://gateway.discord.gg/"

    @property
    def secret(self) -> str | None:
        """The token. Raises ``ConfigError`` if its file can't be read."""
        return _secret("discord.token", self.token, self.token_file)


def _lies_in(inner: Path, outer: Path) -> bool:
    return inner.resolve().is_relative_to(outer.resolve())


class _Form(NamedTuple):
    where: str
    pattern: str
    example: str


_CHANNELS = {
    "console": _Form("the console", r"#[\w.-]{1,64}", "#name"),
    "discord": _Form("Discord", r"\d{1,20}", "its number, as Copy Channel ID gives it"),
    "telegram": _Form("Telegram", r"@\w{4,32}|-\d{1,32}", "@name or a number like -1001234567890"),
}
"""How a channel is written, by platform."""


class ChannelSettings(_Table):
    """A channel that gets its own issue. Empty ``topics``: the whole paper."""

    platform: Literal["console", "discord", "telegram"]
    chat: str
    topics: tuple[str, ...] = ()
    time: TimeOfDay | None = None
    timezone: Zone | None = None
    language: LanguageTag | None = None
    layout: Literal["daily", "weekly", "newsletter", "reading-list"] = "daily"

    @field_validator("chat")
    @classmethod
    def _channel(cls, value: str, given: ValidationInfo) -> str:
        form = _CHANNELS.get(given.data.get("platform", ""))
        if form and not re.fullmatch(form.pattern, value):
            raise ValueError(f"{value!r} is no channel of {form.where} (write {form.example})")
        return value


class KeywordSettings(_Table):
    """Words that alone bring a compilation; see ``bot.model.Compilation``."""

    words: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = Field(min_length=1)
    sections: tuple[Section, ...] = ()
    topics: tuple[str, ...] = ()
    days: int = Field(default=0, ge=0, le=90)


DEFAULT_KEYWORDS = (
    KeywordSettings(words=("papers", "论文", "論文"), sections=(Section.PAPERS,), days=7),
    KeywordSettings(words=("日报", "日報")),
)


class _SourcesFile(_Table):
    sources: Sources = ()


class Settings(BaseSettings):
    """All settings of one process."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter="_",
        env_nested_max_split=1,
    )

    data_dir: Path = Field(default_factory=lambda: user_data_path("ribao", appauthor=False))
    operators: tuple[Person, ...] = ()
    access: AccessSettings = AccessSettings()
    database: DatabaseSettings = DatabaseSettings()
    readers: ReaderSettings = ReaderSettings()
    issue: IssueSettings = IssueSettings()
    fetch: FetchSettings = FetchSettings()
    submissions: SubmissionSettings = SubmissionSettings()
    roles: frozenset[Role] = Field(default=frozenset(Role), min_length=1)
    delivery: DeliverySettings = DeliverySettings()
    log: LogSettings = LogSettings()
    http: HttpSettings = HttpSettings()
    web: WebSettings = WebSettings()
    console: ConsoleSettings = ConsoleSettings()
    telegram: TelegramSettings = TelegramSettings()
    discord: DiscordSettings = DiscordSettings()
    github: GithubSettings = GithubSettings()
    sources: Sources = ()
    channels: tuple[ChannelSettings, ...] = ()
    keywords: tuple[KeywordSettings, ...] = DEFAULT_KEYWORDS

    @field_validator("web")
    @classmethod
    def _serves_no_database(cls, value: WebSettings, given: ValidationInfo) -> WebSettings:
        """All files of the folder are served, and Ribao's own are in ``data_dir``."""
        own = given.data.get("data_dir")
        if value.folder and own and _lies_in(own, value.folder):
            raise ValueError("folder holds data_dir, with the database: give the site its own")
        return value

    @property
    def database_url(self) -> str:
        return self.database.url or f"sqlite+aiosqlite:///{self.data_dir / 'ribao.db'}"

    @property
    def web_folder(self) -> Path:
        """Where `ribao run` builds the site that it serves."""
        return self.web.folder or self.data_dir / "site"

    def has_data_in(self, folder: Path) -> bool:
        """Whether Ribao's own files, with the database, lie somewhere in ``folder``."""
        return _lies_in(self.data_dir, folder)

    @property
    def operator_ids(self) -> frozenset[str]:
        """Who runs this Ribao, as ``platform:id``; whose console it is, is always among them."""
        return frozenset({*self.operators, f"console:{self.console.chat}"})

    def operators_on(self, platform: str) -> tuple[str, ...]:
        """The ids of the operators on one platform."""
        named = (each.partition(":") for each in sorted(self.operator_ids))
        return tuple(person for on, _, person in named if on == platform)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, which comes in through ``__init__``."""
        return env_settings, init_settings


def load(path: Path | None = None) -> Settings:
    """The settings from ``path``, else from the file that ``RIBAO_CONFIG`` names, else defaults.

    Raises ``ConfigError`` with every fault, each with its key path.
    """
    named = path or (Path(os.environ["RIBAO_CONFIG"]) if os.environ.get("RIBAO_CONFIG") else None)
    table = _read(named) if named else {}
    try:
        return Settings(**table)
    except ValidationError as error:
        where = f"{named}: " if named else ""
        raise ConfigError([where + _sentence(fault) for fault in error.errors()]) from None


def load_sources(path: Path | None = None) -> tuple[SourceSpec, ...]:
    """The ``[[sources]]`` of a file with nothing else; without ``path`` those of Ribao itself.

    Raises ``ConfigError`` with every fault, each with its key path.
    """
    if path is None:
        with resources.as_file(resources.files("bot").joinpath(*_BUILT_IN)) as file:
            return load_sources(file)
    try:
        found = _SourcesFile(**_read(path))
    except ValidationError as error:
        raise ConfigError([f"{path}: {_sentence(fault)}" for fault in error.errors()]) from None
    return tuple(source.spec() for source in found.sources)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: can't be read ({error})") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None


def _sentence(fault: Any) -> str:
    """One sentence for a fault. Values are only shown where a validator of ours shows them."""
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{key}: there is no such key{_near(fault['loc'])}"
    if fault["type"] == "missing":
        return f"{key}: this key is missing"
    return f"{key}: {fault['msg'].removeprefix('Value error, ')}"


def _near(location: tuple[int | str, ...]) -> str:
    table: Any = Settings
    for part in location[:-1]:
        if isinstance(part, str):
            table = _tables().get(part, table)
    near = get_close_matches(str(location[-1]), list(table.model_fields), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _tables() -> dict[str, type[BaseModel]]:
    return {
        "database": DatabaseSettings,
        "readers": ReaderSettings,
        "issue": IssueSettings,
        "fetch": FetchSettings,
        "access": AccessSettings,
        "submissions": SubmissionSettings,
        "delivery": DeliverySettings,
        "log": LogSettings,
        "http": HttpSettings,
        "web": WebSettings,
        "console": ConsoleSettings,
        "telegram": TelegramSettings,
        "discord": DiscordSettings,
        "github": GithubSettings,
        "sources": SourceSettings,
        "channels": ChannelSettings,
        "keywords": KeywordSettings,
    }
