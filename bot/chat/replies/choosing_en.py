"""Settings and templates in English."""

from bot.chat.replies.choosing import Choosing

EN_CHOOSING = Choosing(
    settings_title="Settings of this chat",
    settings_title_of="Settings of {chat}",
    settings_title_feed="Settings of {feed} in this chat",
    settings_title_feed_of="Settings of {feed} in {chat}",
    settings_foot="Tap a button to change or open it; ✓ is on. In groups, administrators may.",
    settings_foot_feed="✓ is on. What is not changed here is as in the chat. In groups, administrators may.",
    settings_typed=(
        "Or type a setting and its value: /settings{at} style full, /settings{at} images off. "
        "“usual” takes a choice back."
    ),
    settings_unknown=(
        "I know no setting and no feed here called “{words}”. Settings: {names}. Send for example "
        "/settings{at} style full, or a feed's number from /list{at} behind /settings{at}, or tap a button."
    ),
    setting_alone="{command} is no command but a setting. Send /settings {word}, or /settings to see all.",
    settings_which=(
        "Several feeds here fit “{words}”. Put the number of one from /list{at} behind /settings{at}, "
        "or tap a button for the whole chat."
    ),
    settings_what="❔ What is this?",
    settings_back="‹ Back",
    settings_list="‹ Feeds",
    setting_names={
        "style": "🎨 Style",
        "length": "Summary length",
        "images": "Pictures",
        "preview": "Link preview",
        "author": "Author",
        "tags": "Item's tags",
        "split": "Long texts whole",
        "silent": "Silent",
        "hashtags": "Own hashtags",
        "template": "Template",
        "name": "Name",
        "corrections": "Corrections",
        "once": "Stories once",
        "language": "🌐 Language",
        "zone": "🕒 Time zone",
    },
    setting_words={
        "style": "style",
        "length": "length",
        "images": "images",
        "preview": "preview",
        "author": "author",
        "tags": "tags",
        "split": "split",
        "silent": "silent",
        "hashtags": "hashtags",
        "template": "template",
        "name": "name",
        "corrections": "corrections",
        "once": "once",
        "language": "language",
        "zone": "zone",
    },
    setting_says={
        "style": "How much of an item is shown, in which form.",
        "length": "How long a lead is. Usual: normal.",
        "images": "Pictures, videos, audio and files. Usual: on.",
        "preview": "Of the page, where there is no picture. Usual: on.",
        "author": "It stands beside the source. Usual: off.",
        "tags": "Those of its feed, as hashtags. Usual: off.",
        "split": "In several messages, not ending with a link. Usual: off.",
        "silent": "No sound; alerts are still heard. Usual: off.",
        "hashtags": "Yours, below every item.",
        "template": "Messages as you write them, not in a style.",
        "name": "Yours for the feed, in lists and below items.",
        "corrections": "What a feed corrects is edited here, too. Usual: on in channels, off elsewhere.",
        "once": "A story that several feeds tell comes once. Usual: on.",
        "language": "The one that I speak here.",
        "zone": "Of the times below items.",
    },
    setting_how={
        "hashtags": "To set them, send\n/settings{at} {word} #news #berlin",
        "template": "To write one, send /template{at} and its text; /template{at} alone shows how.",
        "name": "To set it, send\n/settings{at} {word} My name for it",
        "zone": "Is yours not among them? Send /settings{at} {word} and your city, or UTC+3.",
    },
    setting_values={
        "1": "on",
        "0": "off",
        "headline": "headline",
        "summary": "summary",
        "full": "full",
        "expand": "expand",
        "article": "article",
        "short": "short",
        "normal": "normal",
        "long": "long",
        "en": "English",
        "zh": "中文",
    },
    value_says={
        "headline": "the title and the source",
        "summary": "picture, title and lead",
        "full": "the whole text, as far as the feed tells it",
        "expand": "the lead; the rest unfolds at a tap",
        "article": "one page with headings and all pictures; in older apps as full",
        "short": "a sentence or two",
        "normal": "a paragraph or two",
        "long": "as much as fits beside a picture",
    },
    word_usual="usual",
    setting_on="✓ {name}",
    setting_off="✗ {name}",
    setting_value="{name}: {value}",
    setting_opens="{name} ›",
    setting_line="{name}: {value}",
    setting_line_usual="{name}: {value} · as in the chat",
    setting_usual="As in the chat ({value})",
    setting_none="none",
    setting_unnamed="the feed's own",
    setting_show="👁 Show me",
    setting_remove="✕ Remove",
    setting_set="{line}. /settings{at} shows everything.",
    setting_wrong=("{name} cannot be “{words}”. Send /settings{at} {word} and one of these: {values}"),
    setting_of_chat="{name} is for the whole chat, not for one feed. Send: /settings{at} {word}",
    setting_of_feed=(
        "{name} is for one feed: put its number from /list{at} before it, like /settings{at} 2 {word} Example"
    ),
    setting_feed_gone="This chat follows that feed no more; /list shows those that it follows.",
    zone_close="I know no time zone “{words}”. Did you mean one of these? Tap to copy, and send it:\n{close}",
    zone_unknown=(
        "I know no time zone “{words}”. Send /settings{at} zone and a large city nearby, a name like "
        "Europe/Berlin, or UTC+3."
    ),
    hashtags_wrong=(
        "“{words}” cannot be hashtags. Send /settings{at} {word} and up to {most} words of letters and "
        "digits, each of at most {letters}, like #news #berlin; or /settings{at} {word} off for none."
    ),
    name_long="That is too long. Send /settings{at} name and at most {most} letters.",
    sample_none="Nothing is stored yet to show it with. Try again when the first item has come.",
    template_own="your own",
    template_before="A template is set, and goes before this; /template shows and removes it.",
    template_elsewhere="Send a template with /template{at} and its text; /template{at} alone shows how.",
    template_present="The present template:\n{template}",
    template_absent="There is no template; the style counts.",
    template_how=(
        "To write one, send /template{at} and its text, or reply with /template{at} to a message that holds "
        "it; you see it on the latest item first. /template{at} off removes it.\n\n"
        "Line ends stay, HTML like <b>, <a href> works, and these parts:\n{fields}\n\n"
        "{{% if author %}} … {{% endif %}} leaves out what is empty:\n{example}"
    ),
    template_fields={
        "title": "the title",
        "link": "the item's address",
        "source": "the feed's name",
        "author": "who wrote it",
        "time": "when, in your time zone",
        "summary": "the lead",
        "content": "the whole text",
        "tags": "the item's tags",
        "hashtags": "the same as hashtags",
        "labels": "your own hashtags",
        "image": "the first picture's address",
        "via": "its comments or origin",
        "hits": "the alerts that found it",
        "language": "its language",
        'published|date("%Y-%m-%d")': "the day",
    },
    template_bare=(
        "A template says where the parts of an item go, like this:\n{example}\n"
        "Send /template{at} and yours; /template{at} alone lists the parts."
    ),
    template_wrong="I can't use this template: {why}\nCorrect that and send /template{at} with it again.",
    template_fails=(
        "This template fails at the latest item: {why}\nCorrect that and send /template{at} with it again."
    ),
    template_no_feed="There is no feed {number} here. Take a number from /list{at}.",
    template_ask="The latest item looks like this with it. Shall all, from now on?",
    template_ask_unseen=(
        "I can use this template, but nothing is stored yet to show it with. "
        "Shall all items look so from now on?"
    ),
    template_use="Use it",
    template_discard="Discard",
    template_used="The template is in use from now on. /template{at} shows it, /template{at} off removes it.",
    template_discarded="Discarded; nothing has changed. /template{at} shows what is in use.",
    template_expired="This preview is gone: it waits for a day. Send /template with the text again.",
)
