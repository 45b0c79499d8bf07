"""The tree of what can go wrong beyond what is expected.

    RelayError
    ├── SettingsError       the environment cannot be used; carries every problem at once
    ├── NotAFeed            the document is not a feed
    ├── TooComplex          the document takes more time or memory than any feed may
    ├── CorruptRecord       a stored record cannot be read
    ├── StoreError
    │   ├── StoreUnavailable    Redis does not answer; worth trying again
    │   └── StoreUnfit          Redis answers but would lose data (eviction, read-only, too old)
    └── TokenRefused        Telegram refuses the token, or another instance holds it

What is expected (a feed is gone, a chat has blocked us) is a value instead: see
:mod:`bot.fetch.answer` and :mod:`bot.deliver.outcome`. A message names the subject and the
next step, never a secret.
"""


class RelayError(Exception):
    """Whatever newsrelay itself raises."""


class SettingsError(RelayError):
    """The environment cannot be used.

    Attributes:
        problems: one sentence for each wrong or missing setting.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class NotAFeed(RelayError):
    """The document is not a feed; the message says what it seems to be instead."""


class TooComplex(RelayError):
    """The document took more time or memory than any feed may take, and was given up."""


class CorruptRecord(RelayError):
    """A stored record cannot be read; the message names its key."""


class StoreError(RelayError):
    """The store cannot be used."""


class StoreUnavailable(StoreError):
    """Redis does not answer for now; whoever meets this tries again later."""


class StoreUnfit(StoreError):
    """Redis answers, but what we keep in it would not be safe; the message says what to change."""


class TokenRefused(RelayError):
    """Telegram refuses this token, or another instance is using it."""
