"""Every setting, typed, with its default and its meaning. Read once, by the commands."""

import os
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from reports.letterhead import Letterhead

PREFIX = "NEP_"
ROOT = Path(__file__).parent.parent


class SettingsFault(Exception):
    """Settings that cannot be used. `str` says which and what to do, one line each, without any value."""


class Settings(BaseSettings):
    """Read from `nep.toml` (or the file `NEP_CONFIG` names), then `NEP_…` variables, then files in `NEP_SECRETS_DIR`.

    A later source wins. Unknown names are refused, so that a slip of spelling cannot pass for a default.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", hide_input_in_errors=True)

    agency: str = Field("", description="The agency's name, as people read it in the first greeting.")
    database: str = Field("var/nep.db", description="Path of a SQLite file, or a postgresql:// address.")
    host: str = Field("127.0.0.1", description="Address the web pages listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port the web pages listen on.")
    public_url: str = Field("", description="The https address people reach the chat page at, for printed invitations.")
    code_secret_file: str = Field("var/code.secret", description="Key of the invitation codes; made at first use.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")
    telegram_token: SecretStr | None = Field(None, description="Bot token from @BotFather. Without it Telegram is off.")
    telegram_api: str = Field("https://api.telegram.org", description="Address of the Bot API server.")
    telegram_webhook: str = Field("", description="Public https address of the webhook; empty means long polling.")
    telegram_webhook_secret: SecretStr | None = Field(
        None, description="Secret Telegram repeats on every webhook call."
    )
    telegram_rate: float = Field(25.0, gt=0, le=1000, description="Messages per second over the whole bot.")
    telegram_in_flight: int = Field(
        8, ge=1, le=500, description="Sends under way at once: what a crash can leave unknown."
    )
    door_fallback: bool = Field(True, description="What one channel cannot take goes through another of the person.")
    door_outage_days: int = Field(3, ge=1, le=90, description="Days without success before a channel's lane is halted.")
    zalo_bot_monthly_quota: int = Field(3000, ge=0, description="Messages a month of one Zalo bot; 0 for no limit.")
    zalo_bot_counts_received: bool = Field(True, description="Whether messages that come in use up that quota as well.")
    zalo_oa_app_id: str = Field(
        "",
        pattern=r"^\d{0,20}$",
        description="Id of the Zalo app of the Official Account. Without it this door is off.",
    )
    zalo_oa_app_secret: SecretStr | None = Field(None, description="The app's secret: exchanges tokens.")
    zalo_oa_secret_key: SecretStr | None = Field(None, description="The console's OA Secret Key: signs webhooks.")
    zalo_oa_webhook: str = Field("", description="Public https address Zalo posts events to.")
    zalo_oa_callback: str = Field("", description="Public https address the consent leads to.")
    zalo_oa_api: str = Field("https://openapi.zalo.me", description="Address of the OpenAPI.")
    zalo_oa_oauth: str = Field("https://oauth.zaloapp.com", description="Address of Zalo's OAuth server.")
    zalo_oa_template_type: str = Field("", description="template_type of messages with buttons, where Zalo wants one.")
    zalo_oa_rate: float = Field(100.0, ge=1, le=4000, description="Requests per minute of the account's plan.")
    zalo_bot_tokens: Annotated[list[SecretStr], NoDecode] = Field(
        [], description="Tokens of the Zalo bots, one a line. Without any, Zalo Bot is off."
    )
    zalo_bot_api: str = Field(
        "https://bot-api.zaloplatforms.com", description="Address of the Zalo Bot Platform's server."
    )
    zalo_bot_webhook: str = Field(
        "", description="Public https address below which each Zalo bot is posted to; empty means polling."
    )
    zalo_bot_webhook_secret: SecretStr | None = Field(None, description="Secret Zalo repeats on every webhook call.")
    zalo_bot_rest_seconds: float = Field(
        3600.0, gt=0, le=86_400, description="How long a Zalo bot sends nothing after a 429."
    )
    bot_username: str = Field("", description="The bot's user name without @, for deep links on invitations.")
    report_superior: str = Field("", description="The agency above, as it stands over ours on reports.")
    report_abbreviation: str = Field("", description="Our abbreviation in the number of a report.")
    report_place: str = Field("", description="The place name in front of the date of a report.")
    report_signer: str = Field("", description="Title of who signs; the head's title of the roster when empty.")
    report_recipients: list[str] = Field([], description="Who receives a report, one a line.")
    report_organisation: Literal["state", "party", "mass"] = Field(
        "state", description="Reports of party and mass organisations do not bear the national motto."
    )
    report_template: str = Field("", description="The office's own Word template; the shipped one when empty.")

    @field_validator("zalo_bot_tokens", mode="before")
    @classmethod
    def _one_token_a_line(cls, given: Any) -> Any:
        """A secret file holds one token a line; a variable may hold several, apart by spaces."""
        return given.split() if isinstance(given, str) else given

    @field_validator("zalo_bot_tokens")
    @classmethod
    def _tokens_of_different_bots(cls, tokens: list[SecretStr]) -> list[SecretStr]:
        numbers = [token.get_secret_value().partition(":")[0] for token in tokens]
        if len(set(numbers)) < len(numbers):
            raise ValueError("two tokens belong to the same bot: keep the newer one")
        return tokens

    @model_validator(mode="after")
    def _webhook_needs_a_secret(self) -> "Settings":
        if self.telegram_webhook and not self.telegram_webhook_secret:
            raise ValueError("telegram_webhook is set, so telegram_webhook_secret must be set too")
        if self.zalo_bot_webhook and not self.zalo_bot_webhook_secret:
            raise ValueError("zalo_bot_webhook is set, so zalo_bot_webhook_secret must be set too")
        return self

    @model_validator(mode="after")
    def _official_account_needs_its_parts(self) -> "Settings":
        parts = ("zalo_oa_app_secret", "zalo_oa_secret_key", "zalo_oa_webhook")
        missing = [name for name in parts if not getattr(self, name)]
        if self.zalo_oa_app_id and missing:
            raise ValueError(f"zalo_oa_app_id is set, so {', '.join(missing)} must be set too")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Secret files before variables before the TOML file; what is given in code comes first."""
        folder = os.environ.get("NEP_SECRETS_DIR") or os.environ.get("CREDENTIALS_DIRECTORY")
        sources: list[PydanticBaseSettingsSource] = [init_settings]
        if folder:
            sources.append(SecretsSettingsSource(settings_cls, secrets_dir=folder, env_prefix=""))
        sources.append(env_settings)
        if config_file().is_file():
            sources.append(TomlConfigSettingsSource(settings_cls, toml_file=config_file()))
        return tuple(sources)

    @property
    def database_url(self) -> str:
        """The database as SQLAlchemy addresses it."""
        if self.database.startswith(("postgresql://", "postgres://")):
            return "postgresql+psycopg://" + self.database.split("://", 1)[1]
        if "://" in self.database:
            return self.database
        return f"sqlite:///{Path(self.database)}"

    @property
    def letterhead(self) -> Letterhead:
        """What stands at the head and foot of reports."""
        return Letterhead(
            agency=self.agency,
            superior=self.report_superior,
            abbreviation=self.report_abbreviation,
            place=self.report_place,
            signer=self.report_signer,
            recipients=tuple(self.report_recipients),
            organisation=self.report_organisation,
            template=self.report_template,
        )

    @property
    def code_secret(self) -> bytes:
        """The key of the invitation codes; made once, readable by its owner alone. Losing it voids unused codes.

        Raises `SettingsFault` when the file can be neither read nor made.
        """
        path = Path(self.code_secret_file)
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                    file.write(secrets.token_hex(32))
            return path.read_text().strip().encode()
        except OSError as fault:
            raise SettingsFault(
                f"setting code_secret_file: {path}: {fault.strerror}; check the path and its rights"
            ) from None


def config_file() -> Path:
    """The TOML file in use, present or not."""
    return Path(os.environ.get("NEP_CONFIG", "nep.toml"))


def load_settings(**given: Any) -> Settings:
    """Settings from all sources. Raises `SettingsFault` naming every fault, never a value."""
    if os.environ.get("NEP_CONFIG") and not config_file().is_file():
        raise SettingsFault(f"NEP_CONFIG names {config_file()}, which is not a file")
    strangers = _unknown_variables()
    if strangers:
        raise SettingsFault(
            "\n".join(f"unknown setting {name}: see docs/operations.md for the list" for name in strangers)
        )
    try:
        return Settings(**given)
    except ValidationError as faults:
        raise SettingsFault("\n".join(_sentence(dict(fault)) for fault in faults.errors())) from None
    except ValueError as fault:  # TOML that cannot be parsed
        raise SettingsFault(f"{config_file()}: {fault}") from None


def _unknown_variables() -> list[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {"NEP_CONFIG", "NEP_SECRETS_DIR"}
    return sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)


def _sentence(fault: dict[str, Any]) -> str:
    name = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"unknown setting {name}: see docs/operations.md for the list"
    return f"setting {name}: {fault['msg']}" if name else str(fault["msg"]).removeprefix("Value error, ")
