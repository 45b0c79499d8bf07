"""What the owner of a chat is told when it can no longer be served as wished."""

from bot.items import Chat
from bot.render.template_flaws import Flaw

_SENTENCES = {
    "en": {
        "lost": "I can no longer write to {chat} ({why}). Put that right within 30 days, and what waits "
        "there follows by itself or with your next command for it; after that I forget what it followed.",
        "topic": "The topic for {feed} in {chat} is gone or closed, so its items now go to General. "
        "Use /sub again in another topic to move them.",
        "template": "The message template of {chat} could not be used for an item, which came in its style "
        "instead. {why} /template shows it and how to change it.",
    },
    "zh": {
        "lost": "我无法再向 {chat} 发送消息（{why}）。请在 30 天内解决：等待中的内容会自动补发，"
        "或在你下次对它使用命令时补发；逾期我将忘记它的订阅。",
        "topic": "{chat} 中 {feed} 的话题已被删除或关闭，其内容现在发到 General。"
        "要移动，请在另一话题中重新使用 /sub。",
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


def template_failed(chat: Chat, flaw: Flaw, language: str) -> str:
    """Return the sentence that says that the template of ``chat`` was not used, why, and what to do."""
    return _sentence("template", language).format(chat=_name(chat), why=flaw.said(language))


def _sentence(kind: str, language: str) -> str:
    return _SENTENCES.get(language.lower()[:2], _SENTENCES["en"])[kind]


def _name(chat: Chat) -> str:
    return chat.title or (f"@{chat.username}" if chat.username else str(chat.id))
