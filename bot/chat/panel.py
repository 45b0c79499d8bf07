"""The message of ``/settings``: each choice as it stands, buttons that change it or open it.

It fits a phone's screen: a switch tells in its button alone how it stands, and has a line only for a
feed that does not as its chat.
"""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.chat import menus, zones
from bot.chat.choices import OFF, ON, SETTINGS, USUAL, Choice, Subject, chosen, next_value
from bot.chat.desk import Ask, Buttons, Desk, at, here, name
from bot.chat.menus import PAGE_SIZE, Verb
from bot.chat.replies import LANGUAGES, bold, code, join, quote, say, short
from bot.chat.replies.choosing import Choosing
from bot.render.parts import Button, RichText

ABREAST = 2
"""Buttons in a row: what leaves each room for a setting's name on a phone."""

VALUE_LIMIT = 60
"""Letters of a value in its line."""

WHAT = "what"
"""The page that explains all settings, in a button that opens it."""

SAMPLED = ("style", "length")
"""Settings of which every value can be shown on an item."""


def whose(ask: Ask, subject: Subject) -> str:
    """Return what must stand behind a command, so that it is about ``subject``."""
    return at(ask, subject.chat) + (f" {subject.number}" if subject.number else "")


def page(desk: Desk, ask: Ask, subject: Subject, note: str = "") -> tuple[RichText, Buttons]:
    """Set every choice as it stands; ``note`` is the setting to explain: the one just changed, or named."""
    texts = ask.texts.choosing
    lines, buttons = [_title(ask, subject), RichText()], []
    for named, setting in subject.settings.items():
        choice = stands(desk, ask, subject, named)
        if named != note and (not setting.is_switch or (subject.source and choice.own)):
            lines.append(_line(ask, subject, named, choice))
        called = texts.setting_names[named]
        if setting.opens:
            data = _open(subject, named)
            buttons.append(Button(texts.setting_opens.format(name=called), data=data))
        else:
            label = texts.setting_value if not setting.is_switch else _mark(ask, choice)
            value = texts.setting_values[choice.value]
            data = choose(subject, named, next_value(subject, named, choice))
            buttons.append(Button(label.format(name=called, value=value), data=data))
    if note:
        line = _line(ask, subject, note, stands(desk, ask, subject, note))
        lines += [RichText(), line, quote(texts.setting_says[note])]
    foot = texts.settings_foot_feed if subject.source else texts.settings_foot
    lines += [RichText(), RichText(foot)]
    last = [Button(texts.settings_what, data=_open(subject, WHAT))]
    if subject.source:
        listed = menus.pack(Verb.LIST, subject.chat.id, (subject.number - 1) // PAGE_SIZE)
        last.append(Button(texts.settings_list, data=listed))
    rows = [buttons[place : place + ABREAST] for place in range(0, len(buttons), ABREAST)]
    return join(lines, "\n"), [*rows, last]


def explained(ask: Ask, subject: Subject) -> tuple[RichText, Buttons]:
    """Say what each setting does."""
    texts = ask.texts.choosing
    lines = [_explained(texts, named) for named in subject.settings]
    by_words = say(texts.settings_typed, at=whose(ask, subject))
    back = [[Button(texts.settings_back, data=_open(subject, ""))]]
    return join([_title(ask, subject), join(lines, "\n"), by_words], "\n\n"), back


def _explained(texts: Choosing, named: str) -> RichText:
    """Say what a setting does, and what to type for it, where its name does not tell."""
    called, word = texts.setting_names[named], texts.setting_words[named]
    typed = [] if called.lower().endswith(word.lower()) else [RichText(" ("), code(word), RichText(")")]
    return join([bold(called), *typed, RichText(f": {texts.setting_says[named]}")])


def opened(desk: Desk, ask: Ask, subject: Subject, named: str) -> tuple[RichText, Buttons]:
    """Set one setting with all its values, each with what it does and a button to choose it."""
    texts, setting = ask.texts.choosing, SETTINGS[named]
    choice = stands(desk, ask, subject, named)
    lines = [_title(ask, subject), RichText(), _line(ask, subject, named, choice), RichText()]
    lines.append(RichText(texts.setting_says[named]))
    lines += [
        join([RichText("• "), bold(texts.setting_values[value]), RichText(f" – {texts.value_says[value]}")])
        for value in setting.values
        if value in texts.value_says
    ]
    if named in texts.setting_how:
        how = say(texts.setting_how[named], at=whose(ask, subject), word=texts.setting_words[named])
        lines += [RichText(), how]
    if named in SAMPLED and stands(desk, ask, subject, "template").value:
        lines += [RichText(), RichText(texts.template_before)]
    rows = _zones(desk, ask, subject, choice) if named == "zone" else _values(ask, subject, named, choice)
    if subject.source and setting.taste and choice.own:
        usual = texts.setting_usual.format(value=short(shown(ask, named, choice.usual), 20))
        rows.append([Button(usual, data=choose(subject, named, USUAL))])
    rows.append([Button(texts.settings_back, data=_open(subject, ""))])
    return join(lines, "\n"), rows


def set_now(desk: Desk, ask: Ask, subject: Subject, named: str) -> RichText:
    """Say how a setting stands that was set in words."""
    line = _line(ask, subject, named, stands(desk, ask, subject, named))
    of = subject.source.name if subject.source else "" if here(ask, subject.chat) else name(subject.chat)
    line = join([RichText(short(of)), line], " · ") if of else line
    return say(ask.texts.choosing.setting_set, line=line, at=whose(ask, subject))


def stands(desk: Desk, ask: Ask, subject: Subject, named: str) -> Choice:
    """Return how a setting stands, for whoever asks."""
    asker = ask.person.language if ask.person and here(ask, subject.chat) else ""
    return chosen(subject, named, desk.settings, asker)


def shown(ask: Ask, named: str, value: str) -> str:
    """Return a value in words."""
    texts = ask.texts.choosing
    match named:
        case "zone":
            return zones.called(value)
        case "name":
            return value or texts.setting_unnamed
        case "hashtags":
            return " ".join(f"#{one}" for one in value.split()) or texts.setting_none
        case "template":
            return texts.template_own if value else texts.setting_none
    return texts.setting_values[value]


def speaking(desk: Desk, ask: Ask, subject: Subject) -> Ask:
    """Return ``ask`` in the language that is spoken in the chat now, if it was asked there."""
    if not here(ask, subject.chat):
        return ask
    return replace(ask, texts=LANGUAGES[stands(desk, ask, subject, "language").value])


def choose(subject: Subject, named: str, value: str) -> str:
    """Return the data of a button that makes a choice."""
    if subject.source:
        return menus.pack(Verb.CHOOSE_FOR, subject.chat.id, subject.source.feed.id, named, value)
    return menus.pack(Verb.CHOOSE, subject.chat.id, named, value)


def _open(subject: Subject, named: str) -> str:
    return menus.pack(Verb.OPEN, subject.chat.id, named, *_feed(subject))


def _feed(subject: Subject) -> tuple[str, ...]:
    return (subject.source.feed.id,) if subject.source else ()


def _title(ask: Ask, subject: Subject) -> RichText:
    whole = bold(short(name(subject.chat)))
    if not subject.source:
        own = here(ask, subject.chat)
        return (
            bold(ask.texts.choosing.settings_title)
            if own
            else say(ask.texts.choosing.settings_title_of, chat=whole)
        )
    template = (
        ask.texts.choosing.settings_title_feed
        if here(ask, subject.chat)
        else ask.texts.choosing.settings_title_feed_of
    )
    return say(template, feed=bold(subject.source.name), chat=whole)


def _line(ask: Ask, subject: Subject, named: str, choice: Choice) -> RichText:
    value = bold(short(shown(ask, named, choice.value), VALUE_LIMIT))
    inherits = subject.source and SETTINGS[named].taste and not choice.own
    template = ask.texts.choosing.setting_line_usual if inherits else ask.texts.choosing.setting_line
    return say(template, name=ask.texts.choosing.setting_names[named], value=value)


def _mark(ask: Ask, choice: Choice) -> str:
    return ask.texts.choosing.setting_on if choice.value == ON else ask.texts.choosing.setting_off


def _values(ask: Ask, subject: Subject, named: str, choice: Choice) -> list[list[Button]]:
    """Return a row for each value: a button that chooses it, and one that shows it."""
    texts, rows = ask.texts.choosing, []
    for value in SETTINGS[named].values:
        if value == OFF and not choice.value:
            continue
        label = texts.setting_remove if value == OFF else texts.setting_values[value]
        row = [Button(f"✓ {label}" if value == choice.value else label, data=choose(subject, named, value))]
        if named in SAMPLED:
            data = menus.pack(Verb.SHOW, subject.chat.id, named, value, *_feed(subject))
            row.append(Button(texts.setting_show, data=data))
        rows.append(row)
    if named == "name" and choice.value:
        rows.append([Button(texts.setting_remove, data=choose(subject, named, USUAL))])
    return rows


def _zones(desk: Desk, ask: Ask, subject: Subject, choice: Choice) -> list[list[Button]]:
    """Return a button for each zone near whoever asks, with the time that its clocks show."""
    now = datetime.fromtimestamp(desk.now_ms() / 1000, UTC)
    language = ask.person.language if ask.person and ask.person.language else subject.chat.language
    offered = dict.fromkeys((*zones.near(language), desk.settings.timezone.key))
    buttons = []
    for zone in offered:
        label = f"{zones.city(zones.called(zone))} · {now.astimezone(ZoneInfo(zone)):%H:%M}"
        label = f"✓ {label}" if zone == choice.value else label
        buttons.append(Button(label, data=choose(subject, "zone", zone)))
    return [buttons[place : place + ABREAST] for place in range(0, len(buttons), ABREAST)]
