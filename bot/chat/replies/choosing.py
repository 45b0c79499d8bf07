"""What a language must be able to say of settings and templates: see :mod:`bot.chat.replies.texts`.

``{at}`` stands behind a command: the chat, where another is meant than the one spoken in, and the number of
the feed, where one is meant. ``{word}`` is what people type for the setting.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """One language's sentences on what may be chosen."""

    settings_title: str
    settings_title_of: str
    settings_title_feed: str
    settings_title_feed_of: str
    settings_foot: str
    settings_foot_feed: str
    settings_typed: str
    settings_unknown: str
    settings_which: str
    setting_alone: str
    """To whoever took a setting for a command."""
    settings_what: str
    settings_back: str
    settings_list: str
    setting_names: Mapping[str, str]
    setting_words: Mapping[str, str]
    """What people type for each setting: one word. Its name in bot.chat.choices is understood, too."""
    setting_says: Mapping[str, str]
    """What each setting does, and how it is where nobody has chosen; by its name in bot.chat.choices."""
    setting_how: Mapping[str, str]
    """How those are set that no button can carry."""
    setting_values: Mapping[str, str]
    """What each value is called; people may type that, too."""
    value_says: Mapping[str, str]
    word_usual: str
    """What people type for: as where nobody has chosen."""
    setting_on: str
    setting_off: str
    setting_value: str
    setting_opens: str
    setting_line: str
    setting_line_usual: str
    setting_usual: str
    setting_none: str
    setting_unnamed: str
    setting_show: str
    setting_remove: str
    setting_set: str
    setting_wrong: str
    setting_of_chat: str
    setting_of_feed: str
    setting_feed_gone: str
    zone_close: str
    zone_unknown: str
    hashtags_wrong: str
    name_long: str
    sample_none: str

    # templates
    template_own: str
    template_before: str
    template_elsewhere: str
    template_present: str
    template_absent: str
    template_how: str
    template_fields: Mapping[str, str]
    template_bare: str
    template_wrong: str
    template_fails: str
    template_no_feed: str
    template_ask: str
    template_ask_unseen: str
    template_use: str
    template_discard: str
    template_used: str
    template_discarded: str
    template_expired: str
