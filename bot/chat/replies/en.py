"""English."""

from bot.chat.replies.alerting_en import EN_ALERTING
from bot.chat.replies.choosing_en import EN_CHOOSING
from bot.chat.replies.finding_en import EN_FINDING
from bot.chat.replies.living_en import EN_LIVING
from bot.chat.replies.subscribing_en import EN_SUBSCRIBING
from bot.chat.replies.texts import Texts
from bot.fetch.answer import Failure

EN = Texts(
    language="en",
    start=(
        "Hello! I watch websites and bring each new item here, once and in order.\n\n"
        "Send me the address of a website or feed, or tap one to begin. /help shows the rest."
    ),
    start_group=(
        "Hello! I watch websites and bring each new item here, once and in order.\n\n"
        "Administrators subscribe this group with /sub and the address of a website or feed. "
        "/help shows the rest."
    ),
    help=(
        "/sub ADDRESS – follow a website or feed\n"
        "/list – the feeds of this chat, with buttons\n"
        "/unsub NUMBER – leave one of them\n"
        "/latest – the newest items; /latest 10 for ten, /latest NAME for one source\n"
        "/search WORDS – the stored items that hold them\n"
        "/alert WORDS – be told loudly of items that hold all these words; /alert test WORDS tries them\n"
        "/alerts – the alerts of this chat and their options\n"
        "/filter NUMBER only WORDS, or not WORDS – of a feed only some items\n"
        "/why LINK, or /why as a reply – what became of an item\n"
        "/settings – style, pictures, language and more; /settings NUMBER for one feed\n"
        "/template – messages as you write them yourself\n\n"
        "For a channel: make me its administrator with the right to post, then write to me in private, "
        "with the channel's @name right behind the command: /sub @channel ADDRESS, /alert @channel WORDS\n"
        "In groups, administrators change things and everybody may read.\n\n"
        "Begin with /sub and an address."
    ),
    help_inline="In any other chat: type {name} and words, and I offer stored items to post there.",
    help_owner="/status – for you, who run me: how I am",
    unknown="I don't know {command}; /help lists what I can do.",
    chatter="Send me the address of a website or feed to follow it; /help lists what else I can do.",
    suggestions=(
        ("BBC World", "https://feeds.bbci.co.uk/news/rss.xml"),
        ("Hacker News", "https://hnrss.org/frontpage"),
        ("NASA", "https://www.nasa.gov/feed/"),
    ),
    greet_group=(
        "Thank you for adding me to {chat}. Administrators can now send me there: /sub and the address of a "
        "website or feed."
    ),
    greet_channel="I may now post in {chat}. Send me here, to begin: /sub ADDRESS {name}",
    greet_channel_mute=(
        "I am in {chat} but may not post there. Give me the right to post messages among its "
        "administrators; then send me here: /sub ADDRESS {name}"
    ),
    commands={
        "sub": "follow a website or feed",
        "list": "the feeds of this chat",
        "latest": "the newest items",
        "search": "find items by words",
        "alert": "be told of items with these words",
        "alerts": "the alerts of this chat",
        "filter": "of a feed only some items",
        "why": "what became of an item",
        "unsub": "leave a feed",
        "settings": "how items look, language and more",
        "template": "messages as you write them",
        "help": "what I can do, and how",
        "start": "begin",
    },
    description=(
        "I watch websites and news feeds and bring each new item here: once, in order, with its picture.\n\n"
        "Works in private, in groups and in channels, with alerts on your keywords. Tap Start to begin."
    ),
    short_description="News of any website or feed, in your chat: each item once, in order, with picture.",
    no_memory="I can't reach my memory just now; try again in a minute.",
    broken="Something went wrong on my side, and I have noted it. Try again; if it stays, tell my owner.",
    too_slow="This took too long, so I gave it up. Try again in a minute.",
    telegram_down="Telegram did not answer me just now; try again in a minute.",
    not_welcome=(
        "This bot is private. Its owner can let you in: send them your id, {person}, for the setting "
        "ALLOWED_IDS."
    ),
    only_admins=(
        "Only administrators change what I do in this group. Ask one of them, or use me in private: /help"
    ),
    only_admins_toast="Only administrators may do this here; ask one of them.",
    stale_button="This button no longer works; send the command again.",
    channel_unknown=(
        "I can't see {chat}. Check the name, add me there as an administrator who may post messages, "
        "and send the command again."
    ),
    channel_not_ours=(
        "I may not post in {chat} yet. Open its administrators, add me with the right to post messages, "
        "and send the command again."
    ),
    channel_not_yours=(
        "Only administrators of {chat} who may post there can manage it here. Ask its owner to make you "
        "one, and send the command again."
    ),
    button_not_yours=(
        "This button is about another chat, which you or I may not manage now. Send the command again with "
        "that chat's @name, and I will say why."
    ),
    sub_how=(
        "Tell me what to follow: /sub and the address of a website or feed, for example\n/sub {example}"
    ),
    subscribed="This chat now follows {feed}: {rate}. This is its latest item; /list shows all your feeds.",
    subscribed_empty=(
        "This chat now follows {feed}. It has no items yet; the first will come here by itself. "
        "/list shows all your feeds."
    ),
    subscribed_channel="{chat} now follows {feed}: {rate}. Manage it here: /list {name}",
    already="{feed} is followed already; /list{at} shows all feeds.",
    took_first="You sent several addresses and I took the first, {address}; send the others one by one.",
    choose="{address} offers several feeds. Which one shall I follow?",
    choose_more="The page names at least {count} more; for one of those send /sub{at} and its own address.",
    failures={
        Failure.BAD_ADDRESS: (
            "{address} is not an address I can open. Send one like https://example.com after /sub."
        ),
        Failure.REFUSED: (
            "{address} leads into a private network, where I may not look. Send a public address, or have "
            "my owner allow it with FETCH_ALLOW_NETWORKS."
        ),
        Failure.UNREACHABLE: (
            "I could not reach {address}. Check the address, or try again when the site is up."
        ),
        Failure.TOO_SLOW: "{address} took too long to answer. Try again later, or send another address.",
        Failure.TOO_BIG: "{address} is larger than I may read. Send the address of a smaller feed of it.",
        Failure.TOO_MANY_REDIRECTS: (
            "{address} sends me on and on. Open it in a browser and send me the address where you end up."
        ),
        Failure.GONE: "{address} is gone for good, its site says. Look for its new address and send that.",
        Failure.MISSING: "There is nothing at {address}. Check the address and send it again.",
        Failure.LOGIN: (
            "{address} wants a login. Send the address of a feed that needs none, or one with name and "
            "password in it, like https://name:password@example.com/feed."
        ),
        Failure.DENIED: (
            "{address} does not let me in. If it needs a login, send the address of a feed that does not."
        ),
        Failure.FORBIDDEN: (
            "{address} forbids me to look (403): its site may keep bots out. Ask it to let feed readers in, "
            "or send the address of another feed of it."
        ),
        Failure.WITHHELD: (
            "{address} is withheld for legal reasons (451), at least from where I run. Send the address of "
            "another feed."
        ),
        Failure.BUSY: "{address} is too busy to answer. Try again in a few minutes.",
        Failure.SERVER_ERROR: "{address} is out of order just now. Try again later.",
        Failure.BROKEN: "{address} gave an answer I cannot read. Send another address, or try again later.",
        Failure.NOT_A_FEED: (
            "I found no feed at {address}. Look on the site for a link called RSS, Atom or Feed, and send "
            "me that."
        ),
        Failure.TOO_COMPLEX: (
            "{address} is too tangled to read within my limits. Send the address of a simpler feed of it."
        ),
    },
    troubles={
        Failure.BAD_ADDRESS: "its address does not work",
        Failure.REFUSED: "its address leads into a private network",
        Failure.UNREACHABLE: "not reachable",
        Failure.TOO_SLOW: "too slow to answer",
        Failure.TOO_BIG: "too large",
        Failure.TOO_MANY_REDIRECTS: "redirects without end",
        Failure.GONE: "gone, its site says",
        Failure.MISSING: "not found",
        Failure.LOGIN: "wants a login",
        Failure.DENIED: "does not let me in",
        Failure.FORBIDDEN: "forbids me to look (403)",
        Failure.WITHHELD: "withheld for legal reasons (451)",
        Failure.BUSY: "too busy",
        Failure.SERVER_ERROR: "out of order",
        Failure.BROKEN: "unreadable",
        Failure.NOT_A_FEED: "no longer a feed",
        Failure.TOO_COMPLEX: "too tangled to read",
    },
    trouble_since="{why}, last read {when}",
    trouble_always="{why} so far",
    rate_day="about {count} a day",
    rate_week="about {count} a week",
    rate_rare="less than one a week",
    rate_unknown="how often it publishes will show",
    list_title="Feeds of this chat: {count}",
    list_title_of="Feeds of {chat}: {count}",
    list_foot=(
        "Tap ✕ and a number to leave a feed, ⚙️ to set how it looks, "
        "or send /sub{at} and an address for another."
    ),
    list_paused="paused",
    list_empty="This chat follows no feeds yet. Send /sub and the address of a website or feed.",
    list_empty_of="{chat} follows no feeds yet. Send: /sub ADDRESS {name}",
    page="page {page} of {pages}",
    unsub_how="Which feed? Send /unsub{at} and its number or its address:",
    unsub_which="Several feeds fit “{words}”. Send /unsub{at} and the number of one:",
    unsub_unknown="No feed here fits “{words}”. Send /unsub{at} and a number of this list:",
    unsub_ask="Leave {feed}? News of it that still waits will not be sent either.",
    unsubscribed="{feed} is no longer followed. Undo brings it back; /list{at} shows the others.",
    unsubscribed_several=(
        "{count} feeds are no longer followed: {feed}. Undo brings one back; /list{at} shows the others."
    ),
    followed_again="{feed} is followed again; /list{at} shows all feeds.",
    yes="Yes, leave it",
    keep="Keep it",
    undo="Undo",
    previous="‹ Back",
    following="More ›",
    latest_title="The latest",
    latest_title_of="The latest of {chat}",
    latest_count="Send a number from 1 to {most}, like /latest{at} 5.",
    latest_none="Nothing is stored yet. New items come here by themselves; /list{at} shows the feeds.",
    untitled="(untitled)",
    newer="‹ Newer",
    older="Older ›",
    just_now="just now",
    minutes_ago="{count} min ago",
    hours_ago="{count} h ago",
    days_ago="{count} d ago",
    inline_start="Start with a feed",
    inline_none="Nothing found. Try other words, or follow more feeds",
    inline_not_welcome="This bot is not open to you. Ask those who run it",
    inline_no_memory="My memory is away. Try again in a minute",
    alerting=EN_ALERTING,
    choosing=EN_CHOOSING,
    finding=EN_FINDING,
    subscribing=EN_SUBSCRIBING,
    living=EN_LIVING,
    status_private="/status is for those who run me: send it to me in private.",
    status_owners=(
        "Only those who run me may see this: ask them to add your id, {person}, to the setting OWNER_IDS. "
        "/help lists what I can do for you."
    ),
    status_title="How I am",
    status_looked="{count} (looked at {looked})",
    status_reason="– {why}: {count}",
    status_feeds="Feeds: {count}; failing: {failing}",
    status_feed="– {feed}: {why}",
    status_chats="Chats: {count}; paused by Telegram: {paused}; paused by hand: {by_hand}",
    status_lanes="Chats with news waiting: {count}; items: {items}; items behind pauses: {held}",
    status_lane="– {chat}: {count}",
    status_held="Chats held for over a minute (flood waits, no answers): {count}",
    status_held_chat="– {chat}, until {until} UTC",
    status_parked="Parked, the last {count}:",
    status_none_parked="Nothing was parked lately.",
    status_trouble="– {when}, “{item}” for {chat}: {why}",
    status_today=(
        "Today (UTC): sent {sent}, edited {edited}, parked {parked}, flood waits {flooded}, "
        "found already there {found}"
    ),
    status_yesterday=(
        "Yesterday: sent {sent}, edited {edited}, parked {parked}, flood waits {flooded}, "
        "found already there {found}"
    ),
    status_work="Last well: looking {look}, routing {route}, sending {send}, conversation {update}",
    never="never",
)
