"""Message templates."""

from bot.errors import TemplateWrong

__all__ = ["TemplateWrong", "check"]


def check(source: str) -> None:
    """Return if ``source`` is a template that can be used.

    Raises:
        TemplateWrong: it cannot; the message names the line and the reason.
    """
