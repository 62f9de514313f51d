"""Methods about the bot itself: who it is, its commands, its menu button, files people sent."""

import json
import re
from typing import Any

from tests.botapi.calls import Request, answers
from tests.botapi.limits import COMMAND, COMMAND_DESCRIPTION, COMMANDS
from tests.botapi.refusing import bad_request

COMMAND_NAME = re.compile(rf"[a-z0-9_]{{1,{COMMAND}}}")


@answers("getMe")
def get_me(request: Request) -> Any:
    """The bot as a user, with what only getMe tells."""
    abilities = ("can_join_groups", "can_read_all_group_messages")
    more = ("can_connect_to_business", "has_main_web_app", "has_topics_enabled", "allows_users_to_create_topics")
    # Inline mode has been switched on with @BotFather.
    return {**request.world.bot, **dict.fromkeys((*abilities, *more), False), "supports_inline_queries": True}


@answers("logOut", "close", "setMyName", "setMyDescription", "setMyShortDescription", "pinChatMessage")
def accept(request: Request) -> bool:
    """Remember what was asked for and say yes."""
    request.world.settings[request.method] = request.params
    return True


def command_key(request: Request) -> str:
    """Commands are kept per scope and language."""
    scope = request.params.get("scope") or {"type": "default"}
    return f"commands {json.dumps(scope, sort_keys=True)} {request.params.get('language_code') or ''}"


@answers("setMyCommands")
def set_my_commands(request: Request) -> bool:
    """At most 100, in small Latin letters."""
    commands = request.params["commands"]
    if len(commands) > COMMANDS:
        raise bad_request("too many commands specified")
    for one in commands:
        if not COMMAND_NAME.fullmatch(one["command"].removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(one["description"]) <= COMMAND_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    request.world.settings[command_key(request)] = commands
    return True


@answers("getMyCommands")
def get_my_commands(request: Request) -> Any:
    """The commands of exactly this scope and language."""
    return request.world.settings.get(command_key(request), [])


@answers("deleteMyCommands")
def delete_my_commands(request: Request) -> bool:
    """Forget the commands of this scope and language."""
    request.world.settings.pop(command_key(request), None)
    return True


@answers("setChatMenuButton")
def set_chat_menu_button(request: Request) -> bool:
    """The button left of the text field."""
    request.world.settings[f"menu {request.params.get('chat_id') or ''}"] = request.params.get("menu_button")
    return True


@answers("getChatMenuButton")
def get_chat_menu_button(request: Request) -> Any:
    """What was set, else the default."""
    return request.world.settings.get(f"menu {request.params.get('chat_id') or ''}") or {"type": "default"}


@answers("getFile")
def get_file(request: Request) -> Any:
    """Where a file that somebody sent can be fetched."""
    file_id = str(request.params["file_id"])
    if file_id not in request.world.files:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    name, content = request.world.files[file_id]
    where = {"file_path": f"documents/{file_id}/{name}"}
    return {"file_id": file_id, "file_unique_id": file_id[-12:], "file_size": len(content), **where}
