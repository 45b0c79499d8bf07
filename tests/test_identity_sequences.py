"""A publisher of any habits, looked at again and again: what is new is told once, and nothing else is."""

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.items import Item
from tests.test_identity import NOON, Memory, make

GUIDS = ("stable", "none", "empty", "zero", "random", "session", "scheme")
LINKS = ("plain", "tracked", "home", "none")
DATES = ("stable", "none", "fetch")


@dataclass(frozen=True)
class Habits:
    """How a publisher names its items."""

    guid: str
    link: str
    date: str

    @property
    def may_edit(self) -> bool:
        """Whether an item keeps a name of its own when its title and content change."""
        named = self.guid in {"stable", "session", "scheme"}
        return named or (self.guid in {"none", "empty", "zero"} and self.link in {"plain", "tracked"})

    def write(self, number: int, edition: int, fetch: int, dice: Random) -> Item:
        """Return item ``number`` in its ``edition``, as the document of this ``fetch`` has it."""
        scheme = dice.choice(["http://", "https://", "http://www."])
        page = f"news.example/item/{number}"
        item = make(number, title=f"Title {number}.{edition}", summary_html=f"<p>Text {number}.{edition}</p>")
        guids = {
            "stable": f"id-{number}",
            "none": None,
            "empty": " ",
            "zero": "0",
            "random": f"{dice.random()}",
            "session": f"https://{page};jsessionid={dice.randrange(10**9)}",
            "scheme": f"{scheme}{page}",
        }
        links = {
            "plain": f"https://{page}",
            "tracked": f"{scheme}{page}?utm_campaign={dice.randrange(100)}#xtor=RSS-{fetch}",
            "home": "https://news.example/",
            "none": None,
        }
        dates = {
            "stable": NOON + timedelta(minutes=7 * number),
            "none": None,
            "fetch": NOON + timedelta(days=1, minutes=fetch),
        }
        return replace(item, guid=guids[self.guid], link=links[self.link], published=dates[self.date])


habits = st.builds(Habits, st.sampled_from(GUIDS), st.sampled_from(LINKS), st.sampled_from(DATES))
fetches = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 8), st.booleans(), st.booleans()), min_size=1, max_size=8
)


@given(habits, fetches, st.integers(0, 2**32))
@settings(max_examples=300)
def test_what_is_new_is_told_once_and_nothing_else_is(
    publisher: Habits, history: list[tuple[int, int, bool, bool]], seed: int
) -> None:
    """Each fetch adds some items, shows a window that may shrink or grow, shuffles it or edits an item."""
    dice = Random(seed)
    memory = Memory()
    editions: list[int] = []
    told: set[int] = set()
    for fetch, (added, window, shuffled, edited) in enumerate(history):
        editions += [0] * added
        shown = list(range(len(editions)))[-window:][::-1]
        if edited and publisher.may_edit and shown:
            editions[dice.choice(shown)] += 1
        if shuffled:
            dice.shuffle(shown)
        document = [publisher.write(number, editions[number], fetch, dice) for number in shown]
        titles = {item.title: number for item, number in zip(document, shown, strict=True)}
        new = {titles[item.title] for item in memory.look(document)}
        assert new == set(shown) - told
        told |= new
