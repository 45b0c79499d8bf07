"""Filters, search and the way of one item in English."""

from bot.chat.replies.finding import Finding

EN_FINDING = Finding(
    filter_words={"only": "only", "not": "not", "off": "off", "all": "all"},
    filters_title="Filters of this chat",
    filters_title_of="Filters of {chat}",
    filters_line="{number}. {feed} 🔎 {filter}",
    filters_line_none="{number}. {feed} · all items",
    filter_only="only “{query}”",
    filter_not="not “{query}”",
    filter_nothing="all items",
    filters_kept="{count} kept back in 7 days",
    filters_how=(
        "/filter{at} NUMBER only WORDS – of this feed only items with them\n"
        "/filter{at} NUMBER not WORDS – none of its items with them\n"
        "Both may stand side by side; ✕ or off ends them. Alerts come all the same."
    ),
    filters_unknown=(
        "“{words}” is not one feed of these. Send /filter{at} and a number of this list, then only or not, "
        "then the words:"
    ),
    filter_which="Which feed is this for: {filter}?",
    filter_which_some="Several feeds fit “{words}”. Which one is this for: {filter}?",
    filter_no_feed="No feed here fits “{words}”. Which one is this for: {filter}?",
    filter_how="To change that: /filter{at} {number} only WORDS, or not WORDS, or off.",
    filter_wrong="I can't use this filter, and nothing has changed: {why}",
    filter_set="From now on, {feed}: {filter}.",
    filter_set_all="From now on, each of the {count} feeds: {filter}.",
    filter_off="{feed} brings all its items again. /filter{at} shows all filters.",
    filter_off_all="All {count} feeds bring all their items again. /filter{at} shows how to filter.",
    filter_none="{feed} has no filter. Set one with /filter{at} {number} only WORDS, or not WORDS.",
    filter_tried="Of the last {count} stored items {kept} would have been kept back.",
    filter_untried="Nothing is stored yet to try it on.",
    filter_kept="Kept back, for example:",
    filter_passed="Let through, for example:",
    filter_scope=(
        "What is sent already, or waits to be, stays as it is; alerts come all the same. "
        "/filter{at} shows and ends filters."
    ),
    filter_all="All {count} feeds",
    filter_remove="✕ Remove the filter",
    filter_expired="That was too long ago; send the filter again.",
    search_how=(
        "Send /search{at} and what to look for, for example\n/search{at} interest rates\n"
        "Exact words in quotes, a OR b, -without, title:word. It looks through all items of the last "
        "{days} days of this chat's feeds."
    ),
    search_wrong="I can't search for this: {why}",
    place_unknown=(
        "No feed or folder here is called “{name}”. /list{at} shows the feeds; for a new one, send /sub{at} "
        "and its address first. There are: {names}"
    ),
    search_title="Items with “{query}”",
    search_title_of="Items with “{query}” in {chat}",
    search_none=(
        "No item of the last {days} days holds “{query}”. Try fewer words, the beginning of one and a star "
        "(elect*), or a OR b. /alert{at} and the same words tells you when one comes; /list{at} shows "
        "the feeds."
    ),
    search_none_more="Nothing with “{query}” since {when}; there is more further back. Tap to go on.",
    search_until="Looked back to {when}; tap to go on.",
    search_deep="These are many. Add a word to see the older ones.",
    search_expired="That search was too long ago; send it again.",
    search_further="Look further back",
    search_newest="« Newest",
    latest_as_query="No feed here is called “{words}”; these are the items with it.",
    latest_neither=(
        "No feed here is called “{words}”, and no item of the last {days} days holds that. Send /latest{at} "
        "alone for the newest items, or one of these names: {names}"
    ),
    latest_wrong="No feed here is called “{words}”, and I can't search for it: {why}",
    why_how=(
        "Send /why{at} and the link of an item, or reply with /why to a message of mine: I tell when I saw "
        "it, what it matched, and what became of it. With the number, name or address of a feed I tell when "
        "I look at it, and why then."
    ),
    why_not_ours=(
        "I know of no item behind that message: it is no news of mine, or was sent too long ago. Send "
        "/why{at} and the item's link."
    ),
    why_unseen="I have no item with the link {link} from the feeds of this chat in the last {days} days.",
    why_unseen_cut=(
        "Among the newest items I have none with the link {link}; there are more than I can look through. "
        "Reply with /why to its message, or try /search{at} and words of its title."
    ),
    why_unseen_site="Of that site:",
    why_unseen_more="… and {count} more; /list{at} shows how all feeds are.",
    why_unseen_elsewhere="None of the feeds here is of that site. /sub{at} {link} looks for its feed.",
    why_looked="looked at {when}",
    why_never_looked="not looked at yet",
    why_next="next look in {span}",
    why_next_soon="next look within a minute",
    why_source="From {feed}.",
    why_left="From a feed that this chat does not follow now; /list{at} shows those that it does.",
    why_published="Published {when}, noticed {noticed}: {span} later.",
    why_published_unknown="Its feed tells no time; noticed {noticed}.",
    why_noticed="Published {when}, noticed {noticed}, at once.",
    why_alerts="Alerts that it matches: {alerts}.",
    why_no_alerts="It matches no alert of the {count} here.",
    why_told_for="Told here for an alert of another chat: {alerts}.",
    why_untell="✕ Not here any more: {alert}",
    why_untold="That alert is not told here any more.",
    why_sent="Sent as message {message}.",
    why_sent_linked="Sent as {message}.",
    why_sent_before="Sent, before this group became a supergroup.",
    why_waits="It waits to be sent, as number {place} of {count}. Telegram sets the pace; no need to act.",
    why_waits_paused=(
        "It waits, as number {place} of {count}, since this chat is paused ({why}). When I may write there "
        "again, it comes."
    ),
    why_kept="Kept back by the filter {filter}. /filter{at} changes that.",
    why_parked="Not sent: {why}",
    why_before="Not sent: it was there before this chat followed the feed. /latest{at} shows older items.",
    why_feed_paused="Not sent: this feed is paused here.",
    why_unknown=(
        "I have no note of what became of it: that was too long ago, or a filter of an earlier day. "
        "/latest{at} shows what is stored."
    ),
    why_onway="It is on its way: ask again in a minute.",
    why_reasons={
        "unsubscribed": "the feed was left before it was its turn. /sub{at} follows it again.",
        "subscription paused": "the feed was paused when it was its turn.",
        "the same story": "another feed had told the same story. /settings{at} once off brings all.",
        "record expired": "it had waited longer than items are kept.",
        "too many items": "too many items were waiting, and the oldest gave way.",
        "given up": "Telegram gave no answer, however often it was tried.",
        "Telegram refuses it": "Telegram refuses it{rest}.",
        "": "{rest}.",
    },
    why_feed_rhythm="It publishes: {rhythm}.",
    why_feed_comma=", ",
    why_feed_hours="mostly {first}–{last} h",
    why_feed_minute="about minute :{minute}",
    why_feed_changed="Last change: {when}.",
    why_feed_looked="Last look: {when}.",
    why_feed_never="Not looked at yet.",
    why_feed_next="Next look at {time}, in {span}{why}.",
    why_feed_soon="Next look within a minute{why}.",
    why_feed_reasons={
        "new": ", because it is new here",
        "rhythm": ", because that is how often it has news",
        "lively": ", because it often has news about then",
        "calm": ", because it seldom has news until then",
        "silent": ", because it has had no news for weeks",
        "unknown": ", because its documents do not tell what is new",
        "asked": ", because its site asks for such a pause",
        "skipped": ", because its site asks not to be looked at before",
        "pushed": ", to be sure, because its hub tells me of news at once",
        "settings": ", because the settings of this bot allow no other time",
        "failed": ", because the last look failed",
        "busy": ", because its server asked for a pause",
        "denied": ", because its server refuses an answer",
    },
    why_feed_unknown=(
        "No feed here is called “{words}”. Send /why{at} and a number of /list{at}, a name or address of a "
        "feed, or the link of an item."
    ),
    span_seconds="{count} s",
    span_minutes="{count} min",
    span_hours="{count} h",
    span_days="{count} days",
)
