"""What the owner of a chat is told when it can no longer be served as wished."""

from bot.items import Chat, ChatKind
from bot.render.template_flaws import Flaw

_LABEL_LIMIT = 100
"""Letters of an alert's name or query."""

_SENTENCES = {
    "en": {
        "lost": "I can no longer write to {chat} ({why}). Put that right within 30 days, and what waits "
        "there follows by itself or with your next command for it; after that I forget what it followed.",
        "topic": "The topic for {feed} in {chat} is gone or closed, so its items now go to General. "
        "Use /sub again in another topic to move them.",
        "alert_topic": "The topic in {chat} that the alert “{alert}” is told in is gone or closed, so what "
        "it finds comes where its feed's other items do. Choose another topic for it with /alerts.",
        "pin": "An alert in {chat} wants messages pinned, and I may not pin there; they come all the same. "
        "Make me an administrator with the right “Pin messages”, or turn pinning off with /alerts.",
        "pin_post": "An alert in {chat} wants messages pinned, and I may not pin there; they come all the "
        "same. Give me the right “Edit messages of others” there, or turn pinning off with /alerts.",
        "template": "The message template of {chat} could not be used for an item, which came in its style "
        "instead. {why} /template shows it and how to change it.",
    },
    "zh": {
        "lost": "我无法再向 {chat} 发送消息（{why}）。请在 30 天内解决：等待中的内容会自动补发，"
        "或在你下次对它使用命令时补发；逾期我将忘记它的订阅。",
        "topic": "{chat} 中 {feed} 的话题已被删除或关闭，其内容现在发到 General。"
        "要移动，请在另一话题中重新使用 /sub。",
        "alert_topic": "{chat} 中用于提醒“{alert}”的话题已被删除或关闭，"
        "其结果现在发到该订阅源其他内容所在的位置。请用 /alerts 为它另选话题。",
        "pin": "{chat} 的一个提醒要求置顶消息，但我没有置顶权限；消息仍会照常发送。"
        "请将我设为管理员并授予“置顶消息”权限，或用 /alerts 关闭置顶。",
        "pin_post": "{chat} 的一个提醒要求置顶消息，但我没有置顶权限；消息仍会照常发送。"
        "请授予我“编辑他人消息”权限，或用 /alerts 关闭置顶。",
        "template": "{chat} 的消息模板无法用于一条内容，已改用样式发送。{why}"
        "发送 /template 可查看和修改模板。",
    },
}


def chat_lost(chat: Chat, why: str, language: str) -> str:
    """Return the sentence that says that ``chat`` is lost, why, and what to do."""
    return _sentence("lost", language).format(chat=_name(chat), why=why)


def topic_lost(chat: Chat, feed: str, language: str) -> str:
    """Return the sentence that says that items of ``feed`` go to General from now on."""
    return _sentence("topic", language).format(chat=_name(chat), feed=feed)


def alert_topic_lost(chat: Chat, alert: str, language: str) -> str:
    """Return the sentence that says that what an alert finds comes elsewhere from now on."""
    return _sentence("alert_topic", language).format(chat=_name(chat), alert=_short(alert))


def pin_refused(chat: Chat, language: str) -> str:
    """Return the sentence that says which right is missing to pin messages in ``chat``."""
    kind = "pin_post" if chat.kind is ChatKind.CHANNEL else "pin"
    return _sentence(kind, language).format(chat=_name(chat))


def template_failed(chat: Chat, flaw: Flaw, language: str) -> str:
    """Return the sentence that says that the template of ``chat`` was not used, why, and what to do."""
    return _sentence("template", language).format(chat=_name(chat), why=flaw.said(language))


def _sentence(kind: str, language: str) -> str:
    return _SENTENCES.get(language.lower()[:2], _SENTENCES["en"])[kind]


def _short(text: str) -> str:
    return text if len(text) <= _LABEL_LIMIT else f"{text[:_LABEL_LIMIT]}…"


def _name(chat: Chat) -> str:
    return chat.title or (f"@{chat.username}" if chat.username else str(chat.id))
