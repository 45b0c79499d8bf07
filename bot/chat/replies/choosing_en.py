"""Settings and templates in English."""

from bot.chat.replies.choosing import Choosing

EN_CHOOSING = Choosing(
    settings_title="Settings of this chat",
    settings_title_of="Settings of {chat}",
    settings_title_feed="Settings of {feed} in this chat",
    settings_title_feed_of="Settings of {feed} in {chat}",
    settings_foot="Tap a button to change it. In groups, administrators may.",
    settings_foot_feed="What is not changed here is as in the chat. In groups, administrators may change it.",
    settings_typed=(
        "You can also type what you want: /settings{at} and a setting and its value, for example\n"
        "/settings{at} style full\n/settings{at} images off\n“usual” takes a choice back."
    ),
    settings_unknown=(
        "I know no setting and no feed here called “{words}”. Settings: {names}. Send for example "
        "/settings{at} style full, or a feed's number from /list{at} behind /settings{at}, or tap a button."
    ),
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
        "style": "How much of each item is shown, and in which form.",
        "length": "How long the lead of an item is. Usual: normal.",
        "images": "Items come with their pictures, videos, audio and files. Usual: on.",
        "preview": "An item without a picture shows a preview of its page. Usual: on.",
        "author": "The author stands beside the source. Usual: off.",
        "tags": "The tags that an item has from its feed stand below it as hashtags. Usual: off.",
        "split": (
            "A text longer than a message goes on in the next ones, instead of ending with a link. "
            "Usual: off."
        ),
        "silent": "Items come without a sound; alerts are still heard. Usual: off.",
        "hashtags": "Hashtags of yours below every item, so that readers find them together.",
        "template": "Messages as you write them yourself, in the place of a style.",
        "name": "Your own name for the feed, in lists and below its items.",
        "corrections": (
            "When a feed corrects an item, the message already sent is edited. "
            "Usual: on in channels, off elsewhere."
        ),
        "once": "A story that several feeds of this chat tell comes once. Usual: on.",
        "language": "The language that I speak in this chat.",
        "zone": "Times below items are those of this zone.",
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
        "normal": "a paragraph",
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
    template_absent="There is no template; items are set in their style.",
    template_how=(
        "To write one, send /template{at} and its text, or reply with /template{at} to a message that holds "
        "it. I show you the latest item set with it before it is used; /template{at} off removes it.\n\n"
        "Line ends stay as you write them, and HTML like <b>, <i>, <a href> is understood. "
        "What you can put in:\n{fields}\n\n"
        "{{% if author %}} … {{% endif %}} leaves out what is empty. An example:\n{example}"
    ),
    template_fields={
        "title": "the title",
        "link": "the item's address",
        "source": "the feed's name",
        "author": "who wrote it",
        "time": "when, in the chat's time zone",
        "summary": "the lead; summary|truncate(200) is shorter",
        "content": "the whole text",
        "tags": "the item's tags",
        "hashtags": "the same as hashtags",
        "labels": "your own hashtags",
        "image": "the first picture's address",
        "via": "the address of its comments or origin",
        "hits": "the alerts that found it",
        "language": "its language",
        'published|date("%Y-%m-%d")': "the time as you like it",
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
    template_ask="So the latest item looks with it. Shall all look like this from now on?",
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
