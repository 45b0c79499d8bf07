"""What a language must be able to say of filters, of search, and of one item's way.

``{at}`` stands behind a command: the chat, where another is meant than the one spoken in. See
:mod:`bot.chat.replies.texts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One language's sentences on what is found, and what is kept back."""

    # filters
    filter_words: Mapping[str, str]
    """What people type for ``only``, ``not``, ``off`` and ``all``; the English words are understood, too."""
    filters_title: str
    filters_title_of: str
    filters_line: str
    filters_line_none: str
    filter_only: str
    filter_not: str
    filter_nothing: str
    filters_kept: str
    filters_how: str
    filters_unknown: str
    filter_which: str
    filter_which_some: str
    filter_no_feed: str
    filter_how: str
    filter_wrong: str
    filter_set: str
    filter_set_all: str
    filter_off: str
    filter_off_all: str
    filter_none: str
    filter_tried: str
    filter_untried: str
    filter_kept: str
    filter_passed: str
    filter_scope: str
    filter_all: str
    filter_remove: str
    filter_expired: str

    # search
    place_unknown: str
    """Of a query with ``in:``, in filters and alerts, too."""
    search_how: str
    search_wrong: str
    search_title: str
    search_title_of: str
    search_none: str
    search_none_more: str
    search_until: str
    search_deep: str
    search_expired: str
    search_further: str
    search_newest: str
    latest_as_query: str
    latest_neither: str
    latest_wrong: str

    # why
    why_how: str
    why_not_ours: str
    why_unseen: str
    why_unseen_cut: str
    why_unseen_site: str
    why_unseen_more: str
    why_unseen_elsewhere: str
    why_looked: str
    why_never_looked: str
    why_next: str
    why_next_soon: str
    why_source: str
    why_left: str
    why_published: str
    why_published_unknown: str
    why_noticed: str
    why_alerts: str
    why_no_alerts: str
    why_told_for: str
    why_untell: str
    why_untold: str
    why_sent: str
    why_sent_linked: str
    why_sent_before: str
    why_waits: str
    why_waits_paused: str
    why_kept: str
    why_parked: str
    why_before: str
    why_feed_paused: str
    why_unknown: str
    why_onway: str
    why_reasons: Mapping[str, str]
    """Why an item was parked, by how the reason begins that is kept; a text filled with ``{rest}``."""
    why_feed_rhythm: str
    """``{rhythm}`` is how often, in which hours and at which minute, parted by ``why_feed_comma``."""
    why_feed_comma: str
    why_feed_hours: str
    why_feed_minute: str
    why_feed_changed: str
    why_feed_looked: str
    why_feed_never: str
    why_feed_next: str
    why_feed_soon: str
    why_feed_reasons: Mapping[str, str]
    """Why the next look is when it is, by :class:`bot.pacing.Why`: with the colon or comma before it."""
    why_feed_unknown: str
    span_seconds: str
    span_minutes: str
    span_hours: str
    span_days: str
