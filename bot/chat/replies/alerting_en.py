"""Alerts in English."""

from bot.chat.replies.alerting import Alerting

EN_ALERTING = Alerting(
    alert_how=(
        "Send /alert{at} and the words that matter, for example\n/alert{at} interest rates\n"
        "Every item that holds all of them is then announced loudly. There is more:\n"
        '/alert{at} "central bank" (rates OR yields) -crypto\n'
        "Several lines make several alerts. /alert{at} test and the words only tries them on what is stored; "
        "/alerts{at} lists what is set."
    ),
    alert_test_how=(
        "Send /alert{at} test and the words to try, for example\n/alert{at} test interest rates\n"
        "I tell how often they would have fired, and set nothing. "
        'To look for the word “test”, put it in quotes: /alert{at} "test" results'
    ),
    alert_set="Alert {number} is set:\n{query}\nWhat matches is announced loudly. /alerts{at} lists all.",
    alert_changed="Alert {number} now looks for:\n{query}\n/alerts{at} lists all.",
    alert_wrong="I can't use this alert: {why}",
    alert_same="That alert is set already, as number {number}: /alerts{at} {number} shows it.",
    alert_full="There are {count} alerts, which is the most. Remove one with /alerts{at} first.",
    alert_full_regex=(
        "There are {count} alerts with a regular expression, which is the most. Use words, or remove one "
        "with /alerts{at} first."
    ),
    alert_slip=(
        "Nothing is set: this looks as if alert {number} were meant. Send /alerts{at} {words} for that. "
        "To look for the words, put the number in quotes: “{number}”."
    ),
    alert_often="That is much for a loud notice. Set it anyway?",
    alert_use="Set it anyway",
    alert_add="Add this alert",
    alert_discard="Discard",
    alert_discarded="Discarded; nothing has changed. /alert{at} and other words sets another.",
    alert_expired="This is gone: it waits for a day. Send the command again.",
    several_set="Alerts set: {count}. /alerts{at} lists them.",
    several_none="No alert was set; send /alert{at} and other lines.",
    several_untried=(
        "Set untried, for lack of time: {numbers}. Send /alerts{at} {number} test to learn how often one "
        "would have fired."
    ),
    several_not="Not set: {count}",
    several_line="“{query}”: {why}",
    several_more="… and {count} more.",
    line_often="would fire about {count} times a day; send it alone to set it anyway",
    trial_no_feeds=(
        "No feed is followed yet; it fires once there is one. Send /sub{at} and the address of a website."
    ),
    trial_nothing="Nothing is stored yet to try it on; new items come by themselves.",
    trial_never="It would not have fired {last}.",
    trial_once="It would have fired once {last}.",
    trial_times="It would have fired {count} times {last}.",
    trial_at_least="It would have fired at least {count} times {last}.",
    trial_rate=" At the pace of the feeds that is about {count} a day.",
    trial_samples="{told} The latest:",
    last_days="in {count} days",
    last_day="in a day",
    last_hours="in {count} hours",
    last_hour="in an hour",
    alerts_title="Alerts: {count}",
    alerts_title_of="Alerts of {chat}: {count}",
    alerts_foot="Tap a number for its options; /alert{at} and words adds one.",
    alerts_empty="No alerts yet. Send /alert{at} and the words that matter.",
    alerts_unknown="“{words}” is no alert's number. Send one of this list, like /alerts{at} {number}:",
    alert_counts="{count} in 7 days",
    card_counts="Fired in the last 7 days: {count}",
    signs={
        "muted": "muted",
        "cooldown": "cooldown",
        "brief": "title only",
        "pin": "pin",
        "also": "also elsewhere",
        "topic": "own topic",
    },
    card_title="Alert {number}",
    card_title_of="Alert {number} of {chat}",
    card_states={
        "muted": "muted until you unmute it",
        "cooldown": "after it has fired, quiet for {span}",
        "brief": "title and source only",
        "pin": "pinned, if I have the right to",
        "me": "also told to you here",
        "private": "also told in a private chat",
        "also": "also told in another chat",
        "topic": "told in a topic of its own",
    },
    card_mute="🔕 Mute",
    card_unmute="🔔 Unmute",
    card_on="✓ {name}",
    card_off="✗ {name}",
    card_brief="Title only",
    card_pin="Pin",
    card_cooldown="⏱ Cooldown: {span}",
    card_cooldown_off="off",
    card_also="↪ Also to me",
    card_also_off="↪ Nowhere else",
    card_test="🔎 Test",
    card_remove="✕ Remove",
    card_words="❔ In words",
    card_back="‹ Back",
    card_list="‹ Alerts",
    span_minutes="{count} min",
    span_hours="{count} h",
    span_days="{count} d",
    option_words={
        "name": "name",
        "query": "query",
        "mute": "mute",
        "unmute": "unmute",
        "cooldown": "cooldown",
        "brief": "brief",
        "pin": "pin",
        "also": "also",
        "topic": "topic",
        "test": "test",
        "remove": "remove",
    },
    word_me="me",
    word_here="here",
    option_examples={
        "name": "name Rates",
        "query": "query rates OR yields",
        "mute": "mute",
        "cooldown": "cooldown 2h",
        "brief": "brief on",
        "pin": "pin on",
        "also": "also me",
        "topic": "topic here",
        "test": "test",
        "remove": "remove",
    },
    option_says={
        "name": "what it is called; off: by its query",
        "query": "looks for something else",
        "mute": "it is not told; unmute",
        "cooldown": "quiet for so long after it has fired; off",
        "brief": "title and source only; off",
        "pin": "pins it, where I may; off",
        "also": "you get it in private, too; also @channel, also here, also off",
        "topic": "tells it in the forum topic where you send this; off",
        "test": "how often it would have fired",
        "remove": "removes it, after a yes",
    },
    option_unknown=(
        "I don't know “{words}” of an alert. Send /alerts{at} {number} and one of these: {names}. "
        "/alerts{at} {number} alone shows buttons."
    ),
    option_needs={
        "name": "Send /alerts{at} {number} name and what to call it, at most {most} letters; off for none.",
        "query": "Send /alerts{at} {number} query and the new words.",
        "cooldown": (
            "Send /alerts{at} {number} cooldown and a time from 1 min to 30 days, "
            "like 10m, 2h or 1d; off for none."
        ),
        "brief": "Send /alerts{at} {number} brief on, or off.",
        "pin": "Send /alerts{at} {number} pin on, or off.",
        "also": "Send /alerts{at} {number} also me, also @channel, also here, or also off.",
        "topic": (
            "Send /alerts{at} {number} topic here within the forum topic where it is to be told; topic off "
            "ends that."
        ),
    },
    also_unknown="I can't write to you in private yet. Open a chat with me, send /start, and try again.",
    also_nobody="I can't see who you are here. Write as yourself, not as the group, and try again.",
    also_same="It is told in that chat anyway; name another behind “also”, like @channel.",
    alert_unknown="There is no alert {number} here; /alerts{at} lists them with their numbers.",
    alert_gone="This alert is gone already.",
    remove_ask="Remove alert {number}?\n{query}",
    remove_yes="Yes, remove it",
    remove_no="Keep it",
    alert_removed="Removed.",
)
