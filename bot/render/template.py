"""Message templates."""

from bot.errors import RelayError

SOURCE_LIMIT = 2000
"""Letters of a template."""


class TemplateWrong(RelayError):
    """The template cannot be used; the message says what is wrong, in which line, and what to do."""


def check(source: str) -> None:
    """Return if ``source`` is a template that may be kept.

    Raises:
        TemplateWrong: it may not.
    """
    if len(source) > SOURCE_LIMIT:
        raise TemplateWrong(
            f"The template is too long: {len(source)} letters, at most {SOURCE_LIMIT}. Leave something out."
        )
