"""English sentences on what becomes of feeds."""

from bot.chat.replies.living import Living

EN_LIVING = Living(
    heard_in="{feed} (in {chat})",
    moved=(
        "{feed} has moved for good, its site says: from {old} to {new}. I follow it there and nothing is "
        "lost. If that is not the feed you know, tap “Undo the move”."
    ),
    moved_beside=(
        "{feed} has moved for good, its site says: from {old} to {new}, where {other} is followed already. "
        "What both tell comes once, unless /settings says otherwise. Leave one of them, or tap “Undo the "
        "move” if it is wrong."
    ),
    gone=(
        "{feed} is gone for good, its site says. I look once a week whether it is back. Look for it again at "
        "its site, or leave it."
    ),
    dead=(
        "{feed} has failed for days: {why}. I go on trying, and what is new comes by itself once it is back. "
        "Look for it again at its site, or leave it."
    ),
    back="{feed} is back: I can read it again. Nothing is to be done; what is new comes by itself.",
    silent=(
        "{feed} works, but has had nothing new for {days} days. I go on looking. Keep it, or leave it if it "
        "has ended."
    ),
    well="{feed} is well, as far as I see. /list{at} shows all feeds.",
    several="News of your feeds:",
    heads={
        "moved": "Moved for good, and followed there: {count}",
        "gone": "Gone for good, their sites say; I look once a week whether they are back: {count}",
        "dead": "Failing for days; I go on trying: {count}",
        "back": "Back again: {count}",
        "silent": "Nothing new for a long time: {count}",
    },
    line="{number}. {feed} · {what}",
    more="… and {count} more; /list shows all feeds of a chat.",
    foot="Tap a number to see what can be done about that feed.",
    foot_back="Nothing is to be done; what is new comes by itself.",
    ours=(
        "{failing} feeds fail at once, most of those I looked at, so it may be my own network or proxy. I "
        "tell nobody that their feeds are dead until that is over. Check the network, DNS and FETCH_PROXY of "
        "the machine that collects; /status shows how things stand."
    ),
    gone_short="gone for good, its site says; I look once a week",
    silent_short="nothing new for {days} days",
    undo="Undo the move",
    leave="Leave {feed}",
    seek="Look for it again",
    unmoved=(
        "{feed} is looked at at {old} again, and does not move to {new} any more. /list{at} shows all feeds."
    ),
    unmoved_already="It is at that address already.",
    seek_found="At its site I found {new}. Shall I follow that instead of {feed}? Settings and filters stay.",
    seek_several="At its site I found several feeds. Which one shall I follow instead of {feed}?",
    seek_same="{feed} answers again at the address I know. You need do nothing; what is new comes by itself.",
    seek_nothing=(
        "I looked for {feed} at {address} and found no other feed: {why}. Try again another day, leave it, "
        "or send /sub{at} and a new address if you know one."
    ),
    instead="Follow {feed}",
    instead_done="{new} is followed instead of {feed}, with the same settings. /list{at} shows all feeds.",
)
