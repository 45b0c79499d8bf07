"""What a language must be able to say. Every text ends with what to do next.

A name in braces is filled in by :func:`bot.chat.replies.say`; all languages use the same ones. ``{at}``
stands behind a command: the @name that it needs where another chat is meant than the one spoken in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.chat.replies.alerting import Alerting
from bot.chat.replies.choosing import Choosing
from bot.chat.replies.finding import Finding
from bot.chat.replies.living import Living
from bot.chat.replies.subscribing import Subscribing
from bot.fetch.answer import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """One language's sentences; the type checker sees to it that none is missing."""

    language: str
    """Its primary subtag."""

    # beginning
    start: str
    start_group: str
    help: str
    help_inline: str
    """Where inline mode is on; ``{name}`` is the bot's."""
    help_owner: str
    unknown: str
    chatter: str
    suggestions: tuple[tuple[str, str], ...]
    """Name and address of a few feeds to begin with; an address has at most 40 bytes, to fit a button."""
    greet_group: str
    greet_channel: str
    greet_channel_mute: str
    commands: Mapping[str, str]
    """The menu: what each command does, in the order shown."""
    description: str
    short_description: str

    # what goes wrong
    no_memory: str
    broken: str
    too_slow: str
    telegram_down: str
    not_welcome: str
    only_admins: str
    only_admins_toast: str
    stale_button: str
    channel_unknown: str
    channel_not_ours: str
    channel_not_yours: str
    button_not_yours: str
    """Names no chat: whoever forged the button might learn something from it."""

    # subscriptions
    sub_how: str
    subscribed: str
    subscribed_empty: str
    subscribed_channel: str
    already: str
    took_first: str
    choose: str
    choose_more: str
    failures: Mapping[Failure, str]
    troubles: Mapping[Failure, str]
    trouble_since: str
    trouble_always: str
    rate_day: str
    rate_week: str
    rate_rare: str
    rate_unknown: str
    list_title: str
    list_title_of: str
    list_foot: str
    list_paused: str
    list_empty: str
    list_empty_of: str
    page: str
    unsub_how: str
    unsub_which: str
    unsub_unknown: str
    unsub_ask: str
    unsubscribed: str
    unsubscribed_several: str
    followed_again: str
    yes: str
    keep: str
    undo: str
    previous: str
    following: str

    # reading
    latest_title: str
    latest_title_of: str
    latest_count: str
    latest_none: str
    untitled: str
    newer: str
    older: str
    just_now: str
    minutes_ago: str
    hours_ago: str
    days_ago: str

    # inline mode: buttons above the cards, which lead to the private chat
    inline_start: str
    inline_none: str
    inline_not_welcome: str
    inline_no_memory: str

    alerting: Alerting
    """What is said of alerts."""
    choosing: Choosing
    """What is said of settings and templates."""
    finding: Finding
    """What is said of filters, search, and the way of one item."""
    subscribing: Subscribing
    """What is said of feeds that are found, and of those that bring very much."""
    living: Living
    """What is said of what becomes of feeds."""

    # status
    status_private: str
    status_owners: str
    status_title: str
    status_looked: str
    status_reason: str
    status_feeds: str
    status_feed: str
    status_chats: str
    status_lanes: str
    status_lane: str
    status_held: str
    status_held_chat: str
    status_parked: str
    status_none_parked: str
    status_trouble: str
    status_today: str
    status_yesterday: str
    status_work: str
    never: str
