"""Who may use the bot at all, as ``ACCESS`` says; :mod:`bot.chat.rights` says who may change a chat."""

from bot.items import ChatId, UserId
from bot.settings import Access, Settings


def is_welcome(settings: Settings, chat: ChatId, person: UserId | None) -> bool:
    """Tell whether ``person`` may use the bot in ``chat``.

    Owners may everywhere. ``allowlist`` lets in the people of ``ALLOWED_IDS``, and everybody in the
    chats it names; ``owners`` lets in nobody else. ``person`` is ``None`` for an administrator who
    writes in the group's own name: then only the chat counts.
    """
    if settings.access is Access.OPEN or person in settings.owner_ids:
        return True
    if settings.access is Access.OWNERS:
        return False
    return chat in settings.allowed_ids or person in settings.allowed_ids
