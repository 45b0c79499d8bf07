"""What Telegram answers when it will not do what was asked: a code, a sentence and its parameters."""


class ApiError(Exception):
    """One refused call.

    Attributes:
        code: the ``error_code``, which is the HTTP status as well.
        description: the whole sentence as Telegram writes it.
        retry_after: seconds to keep silent, for a 429.
        migrate_to: the supergroup that a group has become.
    """

    def __init__(
        self, code: int, description: str, *, retry_after: int | None = None, migrate_to: int | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.migrate_to = migrate_to

    def body(self) -> dict[str, object]:
        """Return the JSON object of the answer."""
        body: dict[str, object] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        parameters: dict[str, int] = {}
        if self.retry_after is not None:
            parameters["retry_after"] = self.retry_after
        if self.migrate_to is not None:
            parameters["migrate_to_chat_id"] = self.migrate_to
        if parameters:
            body["parameters"] = parameters
        return body


def worded(prefix: str, message: str) -> str:
    """Put the prefix before a message of the inner server, by the Bot API's wording rule.

    The first letter is lowered unless the second is a capital or an underscore, so that codes
    such as ``TOPIC_CLOSED`` stay as they are.
    """
    if len(message) < 2 or not (message[1].isupper() or message[1] == "_"):
        message = message[:1].lower() + message[1:]
    return f"{prefix}: {message}"


def bad_request(message: str, *, migrate_to: int | None = None) -> ApiError:
    """Make the error 400 of a request that is wrong."""
    return ApiError(400, worded("Bad Request", message), migrate_to=migrate_to)


def forbidden(message: str) -> ApiError:
    """Make the error 403 of a chat that will not hear this bot."""
    return ApiError(403, worded("Forbidden", message))


def flooded(retry_after: int) -> ApiError:
    """Make the error 429 of a bot that writes too fast; silence is due for ``retry_after`` seconds."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
