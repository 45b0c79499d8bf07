"""What is shown of a chat's rules: the list, and a card for each with its options and their buttons.

A rule may also be told elsewhere: where, is said to nobody but whom it reaches.
"""

from collections.abc import Sequence

from bot.chat import menus
from bot.chat.alert_trials import shown
from bot.chat.alert_words import OPTIONS
from bot.chat.desk import Ask, Buttons, Desk, at, here, is_private, name
from bot.chat.listing import NUMBERS_A_ROW
from bot.chat.menus import PAGE_SIZE, Verb
from bot.chat.replies import bold, code, join, level, say, short
from bot.chat.replies.alerting import Alerting
from bot.items import Alert, Chat
from bot.render.parts import Button, RichText

COOLDOWNS_S = (0, 600, 3_600, 6 * 3_600, 86_400)
"""What the button offers, one after the other; by words, any other goes."""

LABEL_LIMIT = 60
QUERY_LIMIT = 40
"""Letters of a rule's name or query in its line, and of its query behind the name."""

SIGNS = {"muted": "🔕", "cooldown": "⏱", "brief": "🏷", "pin": "📌", "also": "↪", "topic": "💬"}
"""The signs of options, in the order in which they are shown."""

TEST, REMOVE, WORDS = "test", "remove", "words"
"""What a button opens of a rule, besides its card."""


async def listed(
    desk: Desk, ask: Ask, chat: Chat, page: int = 0, *, words: str = ""
) -> tuple[RichText, Buttons]:
    """Set a page of the chat's rules; ``words`` are what was typed that is no number of one."""
    texts, rules = ask.texts.alerting, await desk.store.alerts.of(chat.id)
    if not rules:
        return say(texts.alerts_empty, at=at(ask, chat)), ()
    fired = await desk.store.alerts.fired(chat.id)
    last = menus.pages(len(rules)) - 1
    page = min(max(page, 0), last)
    some = rules[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    own = texts.alerts_title if here(ask, chat) else texts.alerts_title_of
    title = say(own, count=len(rules), chat=bold(short(name(chat))))
    if last:
        title = join([title, RichText(ask.texts.page.format(page=page + 1, pages=last + 1))], " · ")
    lines = []
    if words:
        unknown = texts.alerts_unknown
        lines = [say(unknown, words=short(words), number=some[0].id, at=at(ask, chat)), RichText()]
    lines += [title, RichText(), *(_line(texts, one, fired.get(one.id, 0)) for one in some), RichText()]
    if legend := _legend(texts, some):
        lines.append(RichText(legend))
    lines.append(say(texts.alerts_foot, at=at(ask, chat)))
    open_it = [Button(f"⚙️ {one.id}", data=_open(chat, one, "", page)) for one in some]
    rows = [open_it[at : at + NUMBERS_A_ROW] for at in range(0, len(open_it), NUMBERS_A_ROW)]
    turning = menus.turning(Verb.ALERTS, chat.id, page, last, ask.texts.previous, ask.texts.following)
    return join(lines, "\n"), rows + turning


async def card(desk: Desk, ask: Ask, chat: Chat, alert: Alert, page: int = 0) -> tuple[RichText, Buttons]:
    """Set a rule with its options; ``page`` of the list is where it leads back to."""
    texts = ask.texts.alerting
    fired = (await desk.store.alerts.fired(chat.id)).get(alert.id, 0)
    lines = [_title(ask, chat, alert), shown(alert.query), say(texts.card_counts, count=fired)]
    for option in _states(ask, alert):
        span = span_of(texts, alert.cooldown_s)
        sign = SIGNS["also" if option in {"me", "private"} else option]
        lines.append(RichText(f"{sign} {texts.card_states[option].format(span=span)}"))
    return join(lines, "\n"), card_buttons(ask, chat, alert, page)


def card_buttons(ask: Ask, chat: Chat, alert: Alert, page: int = 0) -> Buttons:
    """Return the buttons of a rule."""
    texts = ask.texts.alerting

    def choose(label: str, option: str, value: str | int) -> Button:
        return Button(label, data=menus.pack(Verb.SET_ALERT, chat.id, alert.id, option, value, page))

    def switch(label: str, option: str, *, on: bool) -> Button:
        template = texts.card_on if on else texts.card_off
        return choose(template.format(name=label), option, int(not on))

    span = span_of(texts, alert.cooldown_s) if alert.cooldown_s else texts.card_cooldown_off
    following = next((one for one in COOLDOWNS_S if one > alert.cooldown_s), 0)
    rows = [
        [
            choose(texts.card_unmute if alert.muted else texts.card_mute, "muted", int(not alert.muted)),
            choose(texts.card_cooldown.format(span=span), "cooldown", following),
        ],
        [
            switch(f"{SIGNS['brief']} {texts.card_brief}", "brief", on=alert.brief),
            switch(f"{SIGNS['pin']} {texts.card_pin}", "pin", on=alert.pin),
        ],
    ]
    if alert.also is not None:
        rows.append([choose(texts.card_also_off, "also", 0)])
    elif not is_private(chat):
        rows.append([choose(texts.card_also, "also", "me")])
    rows += [
        [
            Button(texts.card_test, data=_open(chat, alert, TEST, page)),
            Button(texts.card_words, data=_open(chat, alert, WORDS, page)),
        ],
        [
            Button(texts.card_remove, data=_open(chat, alert, REMOVE, page)),
            Button(texts.card_list, data=menus.pack(Verb.ALERTS, chat.id, page)),
        ],
    ]
    return rows


def words(ask: Ask, chat: Chat, alert: Alert, page: int) -> tuple[RichText, Buttons]:
    """Say how the options are set in words."""
    texts, command = ask.texts.alerting, f"/alerts{at(ask, chat)} {alert.id}"
    lines = [
        join([code(f"{command} {example}"), RichText(f" – {texts.option_says[option]}")])
        for option, example in texts.option_examples.items()
    ]
    return join([_title(ask, chat, alert), *lines], "\n"), back_button(ask, chat, alert, page)


def removal(ask: Ask, chat: Chat, alert: Alert, page: int) -> tuple[RichText, Buttons]:
    """Ask whether a rule is to be removed: a thumb slips, and its count would be gone."""
    texts = ask.texts.alerting
    row = [
        Button(texts.remove_yes, data=menus.pack(Verb.UNALERT, chat.id, alert.id, page)),
        Button(texts.remove_no, data=_open(chat, alert, "", page)),
    ]
    return say(texts.remove_ask, number=alert.id, query=shown(alert.query)), [row]


def back_button(ask: Ask, chat: Chat, alert: Alert, page: int) -> Buttons:
    """Return the button that leads back to a rule's card."""
    return [[Button(ask.texts.alerting.card_back, data=_open(chat, alert, "", page))]]


def list_button(ask: Ask, chat: Chat) -> Buttons:
    """Return the button that shows all rules."""
    return [[Button(ask.texts.alerting.card_list, data=menus.pack(Verb.ALERTS, chat.id, 0))]]


def option_names(texts: Alerting) -> str:
    """Return what may be typed behind a rule's number."""
    return ", ".join(texts.option_words[one] for one in OPTIONS)


def span_of(texts: Alerting, seconds: int) -> str:
    """Say how long a cooldown is."""
    for size, template in ((86_400, texts.span_days), (3_600, texts.span_hours)):
        if seconds and seconds % size == 0:
            return template.format(count=seconds // size)
    return texts.span_minutes.format(count=seconds // 60)


def _open(chat: Chat, alert: Alert, what: str, page: int) -> str:
    return menus.pack(Verb.OPEN_ALERT, chat.id, alert.id, what, page)


def _title(ask: Ask, chat: Chat, alert: Alert) -> RichText:
    texts = ask.texts.alerting
    template = texts.card_title if here(ask, chat) else texts.card_title_of
    title = say(template, number=alert.id, chat=short(name(chat)))
    named = f"{title.text} · {short(alert.name, LABEL_LIMIT)}" if alert.name else title.text
    return bold(named)


def _line(texts: Alerting, alert: Alert, fired: int) -> RichText:
    label = short(alert.label, LABEL_LIMIT)
    line = [RichText(f"{alert.id}. "), level(bold(label) if alert.name else RichText(label))]
    if alert.name:
        line += [RichText(" – "), level(RichText(short(alert.query, QUERY_LIMIT)))]
    line.append(RichText(f" · {texts.alert_counts.format(count=fired)}"))
    signs = _signs(texts, alert)
    return join([*line, RichText(f" · {signs}" if signs else "")])


def _signs(texts: Alerting, alert: Alert) -> str:
    return " ".join(
        f"{SIGNS[one]} {span_of(texts, alert.cooldown_s)}" if one == "cooldown" else SIGNS[one]
        for one in _chosen(alert)
    )


def _legend(texts: Alerting, alerts: Sequence[Alert]) -> str:
    """Say what the signs mean that are to be seen."""
    seen = {option for one in alerts for option in _chosen(one)}
    return " · ".join(f"{sign} {texts.signs[option]}" for option, sign in SIGNS.items() if option in seen)


def _chosen(alert: Alert) -> list[str]:
    """Return the options that a rule has."""
    has = {
        "muted": alert.muted,
        "cooldown": alert.cooldown_s > 0,
        "brief": alert.brief,
        "pin": alert.pin,
        "also": alert.also is not None,
        "topic": alert.topic is not None,
    }
    return [option for option in SIGNS if has[option]]


def _states(ask: Ask, alert: Alert) -> list[str]:
    """Return how a rule stands; where else it is told, only as far as whoever reads this may know."""
    also = "also"
    if alert.also is not None and alert.also > 0:
        also = "me" if alert.also == ask.chat.id else "private"
    return [also if one == "also" else one for one in _chosen(alert)]
