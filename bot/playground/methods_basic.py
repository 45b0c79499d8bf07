"""Methods about the bot itself: who it is, its updates, its commands, its files."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping

from bot.playground.arguments import Arguments
from bot.playground.refusal import ApiError, bad_request
from bot.playground.telegram import Change, Telegram
from bot.playground.wire import file_json
from bot.playground.world import Json

Method = Callable[[Telegram, Arguments], Awaitable[object]]
"""Takes the world and a call's parameters, returns the ``result`` or raises :class:`ApiError`."""

MAX_POLL_S = 50
_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
_SCOPES = {
    "default": (), "all_private_chats": (), "all_group_chats": (), "all_chat_administrators": (),
    "chat": ("chat_id",), "chat_administrators": ("chat_id",), "chat_member": ("chat_id", "user_id"),
}  # fmt: skip


async def get_me(telegram: Telegram, _args: Arguments) -> Json:
    """Answer who the bot is."""
    return telegram.bot.json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": telegram.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_updates(telegram: Telegram, args: Arguments) -> list[Json]:
    """Answer with the next updates, as soon as there are some."""
    if telegram.webhook:
        raise ApiError(409, _WEBHOOK_ACTIVE)
    allowed = args.json("allowed_updates", "allowed updates")
    if isinstance(allowed, list):
        telegram.updates.allow(str(kind) for kind in allowed)
    limit = args.integer("limit", 100)
    timeout_s = min(max(args.integer("timeout"), 0), MAX_POLL_S)
    return await telegram.updates.get(args.integer("offset"), limit if 1 <= limit <= 100 else 100, timeout_s)


async def set_webhook(telegram: Telegram, args: Arguments) -> bool:
    """Remember an address; updates are not sent there, but polling is refused while it is set."""
    url = args.text("url")
    if url and not url.startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    telegram.webhook = url
    if url:
        telegram.updates.interrupt()
    return True


async def delete_webhook(telegram: Telegram, args: Arguments) -> bool:
    """Forget the address."""
    telegram.webhook = ""
    if args.flag("drop_pending_updates"):
        telegram.updates.clear()
    return True


async def get_webhook_info(telegram: Telegram, _args: Arguments) -> Json:
    """Answer whether updates go to an address, and how many wait."""
    return {
        "url": telegram.webhook,
        "has_custom_certificate": False,
        "pending_update_count": telegram.updates.pending,
    }


def _scope(args: Arguments) -> str:
    value = args.json("scope", "BotCommandScope")
    scope = value if isinstance(value, dict) else {"type": "default"}
    kind = str(scope.get("type", ""))
    if kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    return json.dumps([kind, *(str(scope.get(name, "")) for name in _SCOPES[kind])])


def _command(item: object) -> Json:
    if not isinstance(item, dict) or "command" not in item or "description" not in item:
        raise bad_request("can't parse BotCommand: expected an Object with command and description")
    name = str(item["command"]).removeprefix("/")
    description = str(item["description"]).strip()
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > 32:
        raise bad_request("command length must not exceed 32")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > 256:
        raise bad_request("command description length must not exceed 256")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}


async def set_my_commands(telegram: Telegram, args: Arguments) -> bool:
    """Set the command menu of a scope and a language."""
    value = args.json("commands", "commands")
    if not isinstance(value, list):
        raise bad_request("can't parse commands list: expected an Array")
    if len(value) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    place = _scope(args), _language(args)
    telegram.profile.commands[place] = [_command(item) for item in value]
    telegram.tell(Change("commands", 0))
    return True


async def get_my_commands(telegram: Telegram, args: Arguments) -> list[Json]:
    """Answer with the command menu of a scope and a language."""
    return telegram.profile.commands.get((_scope(args), _language(args)), [])


async def delete_my_commands(telegram: Telegram, args: Arguments) -> bool:
    """Take the command menu of a scope and a language away."""
    telegram.profile.commands.pop((_scope(args), _language(args)), None)
    return True


def _language(args: Arguments) -> str:
    code = args.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def _profile_text(texts: Callable[[Telegram], dict[str, str]], name: str, most: int, what: str) -> Method:
    async def set_text(telegram: Telegram, args: Arguments) -> bool:
        if len(args.text(name)) > most:
            raise bad_request(f"{what} is too long")
        texts(telegram)[_language(args)] = args.text(name)
        return True

    return set_text


def _profile_answer(texts: Callable[[Telegram], dict[str, str]], name: str) -> Method:
    async def get_text(telegram: Telegram, args: Arguments) -> Json:
        known = texts(telegram)
        return {name: known.get(_language(args), known.get("", ""))}

    return get_text


async def get_file(telegram: Telegram, args: Arguments) -> Json:
    """Answer where a file can be had."""
    file_id = args.text("file_id")
    if len(telegram.files.find(file_id).data) > 20 * 1024 * 1024:
        raise bad_request("file is too big")
    return file_json(telegram.files, file_id)


async def acknowledge(_telegram: Telegram, _args: Arguments) -> bool:
    """Answer true to a method that has no effect here (``logOut``, ``close``)."""
    return True


METHODS: Mapping[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _profile_text(lambda t: t.profile.names, "name", 64, "name"),
    "getMyName": _profile_answer(lambda t: t.profile.names, "name"),
    "setMyDescription": _profile_text(lambda t: t.profile.descriptions, "description", 512, "description"),
    "getMyDescription": _profile_answer(lambda t: t.profile.descriptions, "description"),
    "setMyShortDescription": _profile_text(
        lambda t: t.profile.short_descriptions, "short_description", 120, "short description"
    ),
    "getMyShortDescription": _profile_answer(lambda t: t.profile.short_descriptions, "short_description"),
    "getFile": get_file,
    "logOut": acknowledge,
    "close": acknowledge,
}
