"""Feeds that are found, and feeds that bring very much, in English."""

from bot.chat.replies.subscribing import Subscribing

EN_SUBSCRIBING = Subscribing(
    offer_latest="“{title}”",
    offer_empty="no items yet",
    rsshub_off=(
        "{address} is a route of RSSHub, and I have no instance of RSSHub to ask. Send the whole address of "
        "the feed at an instance, or have my owner set RSSHUB_URL."
    ),
    rsshub_route=(
        "{address} names no route of RSSHub. Send one like rsshub://github/issue/owner/name; docs.rsshub.app "
        "lists them."
    ),
    rsshub_failed=(
        "The RSSHub at {host} brought no feed for {address}: {why}. Check the route at docs.rsshub.app, try "
        "again later, or have my owner choose another instance with RSSHUB_URL."
    ),
    rsshub_no_feed="what it sent is no feed",
    telegram_none=(
        "{address} shows no messages to everybody. I can follow public channels that have a preview on the "
        "web: send the address of one, like t.me/name."
    ),
    flood="That is a lot for one chat.",
    flood_stands="{feed} brings {rate}.",
    flood_choose=(
        "Tap to have only some of it, its headlines only, or all of it without a sound; or leave it again. "
        "/settings{at} {number} changes that at any time."
    ),
    flood_goes="It stays so. /settings{at} {number} changes how it comes, /filter{at} {number} how much.",
    flood_how=(
        "For only some of it send, for example,\n{only}\nfor items with a word, or\n{never}\nfor all without "
        "it. I show at once what that lets through."
    ),
    flood_word="WORD",
    flood_filter="🔎 Only some of it",
    flood_headline="Headlines only",
    flood_silent="🔕 Silently",
    flood_leave="✕ Leave it",
    flood_go="Keep it so",
)
