"""Methods about chats and who is in them."""

from collections.abc import Mapping

from bot.playground.arguments import Arguments
from bot.playground.methods_basic import Method
from bot.playground.refusal import bad_request
from bot.playground.telegram import Change, Telegram
from bot.playground.world import Chat, Json, Kind, Member, Status


async def get_chat(telegram: Telegram, args: Arguments) -> Json:
    """Answer what a chat is."""
    chat = telegram.readable(args.text("chat_id"))
    full = chat.json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    if chat.kind in {Kind.GROUP, Kind.SUPERGROUP}:
        full["permissions"] = _permissions(chat)
    if chat.pinned in chat.messages:
        full["pinned_message"] = telegram.json_of(chat.messages[chat.pinned or 0])
    return full


def _permissions(chat: Chat) -> Json:
    named = {
        "can_send_messages": "text_messages",
        "can_send_audios": "audios",
        "can_send_documents": "documents",
        "can_send_photos": "photos",
        "can_send_videos": "videos",
        "can_send_video_notes": "video_notes",
        "can_send_voice_notes": "voice_notes",
        "can_send_polls": "polls",
        "can_send_other_messages": "other_messages",
        "can_add_web_page_previews": "web_page_previews",
        "can_change_info": "change_info",
        "can_invite_users": "invite_users",
        "can_pin_messages": "pin_messages",
        "can_manage_topics": "manage_topics",
    }
    return {name: permission not in chat.denied for name, permission in named.items()}


def _shared(telegram: Telegram, args: Arguments, *, what: str) -> Chat:
    chat = telegram.readable(args.text("chat_id"))
    if chat.kind is Kind.PRIVATE:
        raise bad_request(f"there are no {what} in the private chat")
    return chat


async def get_chat_member(telegram: Telegram, args: Arguments) -> Json:
    """Answer what somebody is in a chat; in a channel only administrators may ask about others."""
    chat = telegram.readable(args.text("chat_id"))
    user = telegram.users.get(args.integer("user_id"))
    if user is None or args.integer("user_id") <= 0:
        raise bad_request("invalid user_id specified")
    if chat.kind is Kind.PRIVATE:
        return Member(user).json()
    asked_about_self = user.id == telegram.bot.id
    if chat.kind is Kind.CHANNEL and not asked_about_self and not telegram.bot_in(chat).is_admin:
        raise bad_request("member list is inaccessible")
    return (chat.members.get(user.id) or Member(user, Status.LEFT)).json()


async def get_chat_administrators(telegram: Telegram, args: Arguments) -> list[Json]:
    """Answer who administers a chat; other bots are left out."""
    chat = _shared(telegram, args, what="administrators")
    if chat.kind is Kind.CHANNEL and not telegram.bot_in(chat).is_admin:
        raise bad_request("member list is inaccessible")
    return [
        member.json()
        for member in chat.admins()
        if not member.user.is_bot or member.user.id == telegram.bot.id
    ]


async def get_chat_member_count(telegram: Telegram, args: Arguments) -> int:
    """Answer how many are in a chat."""
    chat = telegram.readable(args.text("chat_id"))
    if chat.kind is Kind.PRIVATE:
        return 2
    return sum(1 for member in chat.members.values() if member.is_present)


async def leave_chat(telegram: Telegram, args: Arguments) -> bool:
    """Let the bot go out of a chat."""
    chat = _shared(telegram, args, what="members")
    member = telegram.bot_in(chat)
    if not member.is_present:
        raise bad_request("USER_NOT_PARTICIPANT")
    chat.members[telegram.bot.id] = Member(telegram.bot, Status.LEFT)
    telegram.tell(Change("chat", chat.id))
    return True


METHODS: Mapping[str, Method] = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
}
