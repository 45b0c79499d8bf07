"""What a language must be able to say of alerts: see :mod:`bot.chat.replies.texts`.

``{at}`` stands behind a command: the chat, where another is meant than the one spoken in.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """One language's sentences on alerts."""

    # adding
    alert_how: str
    alert_test_how: str
    alert_set: str
    alert_changed: str
    alert_wrong: str
    alert_same: str
    alert_full: str
    alert_full_regex: str
    alert_slip: str
    alert_often: str
    alert_use: str
    alert_add: str
    alert_discard: str
    alert_discarded: str
    alert_expired: str
    several_set: str
    several_none: str
    several_not: str
    several_line: str
    several_more: str
    line_often: str
    line_late: str

    # how often a rule would have fired
    trial_no_feeds: str
    trial_nothing: str
    trial_never: str
    trial_once: str
    trial_times: str
    trial_at_least: str
    trial_rate: str
    trial_samples: str
    last_days: str
    last_day: str
    last_hours: str
    last_hour: str

    # the list
    alerts_title: str
    alerts_title_of: str
    alerts_foot: str
    alerts_empty: str
    alerts_unknown: str
    alert_counts: str
    card_counts: str
    signs: Mapping[str, str]
    """What the sign of each option means, in one or two words."""

    # one rule
    card_title: str
    card_title_of: str
    card_states: Mapping[str, str]
    """How a rule stands that has the option; ``{span}`` is a time."""
    card_mute: str
    card_unmute: str
    card_on: str
    card_off: str
    card_brief: str
    card_pin: str
    card_cooldown: str
    card_cooldown_off: str
    card_also: str
    card_also_off: str
    card_test: str
    card_remove: str
    card_words: str
    card_back: str
    card_list: str
    span_minutes: str
    span_hours: str
    span_days: str

    # options in words
    option_words: Mapping[str, str]
    """What people type for each option; its own name is understood, too."""
    word_me: str
    word_here: str
    option_examples: Mapping[str, str]
    """What may stand behind a rule's number for each option, and below, what that does."""
    option_says: Mapping[str, str]
    option_unknown: str
    option_needs: Mapping[str, str]
    """What each option takes, where what was typed is none of it."""
    also_unknown: str
    also_nobody: str
    also_same: str
    alert_unknown: str
    alert_gone: str
    remove_ask: str
    remove_yes: str
    remove_no: str
    alert_removed: str
