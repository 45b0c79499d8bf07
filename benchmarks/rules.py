"""How long the rules of all chats take for an item, against going through them one by one and RE2's sets.

    python benchmarks/rules.py [--quick] [NUMBER ...]

For each number of rules (1,000 to 1,000,000; --quick: to 10,000) a process of its own draws rules and
items from word lists, all with one seed: three in five English-like, the others Chinese; items of 2 KB,
rules of one to three terms, joined by AND, OR, NOT or side by side. A rule finds about one item in
15,000, as those do that somebody can bear. Where the corpus lies beside the project its items are
asked for 10,000 rules of their own words, too.

The processor's time is counted, not the clock's: the median of the items, and what one in twenty exceeds.
Matching is finding the candidates and asking which of them match. Told apart are what is done once whoever
asks (folding an item), what is kept where it is asked again (reading a rule), and what is done only for
chats that hear the feed (finding the words to tell). At last comes what people who mean harm can do.
"""

import argparse
import gc
import multiprocessing
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, pairwise
from statistics import median, quantiles

import re2
from render import from_corpus

from bot.render.markup import read_html
from bot.rules import Index, Rule, Searchable, fold, parse
from bot.rules.nodes import Either, Every, Node, Not, Phrase, Term

NUMBERS, QUICK = (1_000, 10_000, 100_000, 1_000_000), (1_000, 10_000)
WORDS = 400_000
ITEMS = 400
LOOPED = 10_000
"""Most rules that are gone through one by one."""

SET_AT_MOST = 100_000
"""Most rules whose terms RE2 compiles into a set."""


@dataclass(frozen=True)
class Language:
    """Words, the commonest first; texts have them as often as natural ones do (Zipf's law)."""

    words: Sequence[str]
    gap: str
    length: int
    """Characters in 2 KB."""

    @cached_property
    def _shares(self) -> list[float]:
        return list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))

    def text(self, dice: random.Random, length: int) -> str:
        """Return sentences of ``length`` characters."""
        some = dice.choices(self.words, cum_weights=self._shares, k=length // 2)
        sentences = (self.gap.join(some[at : at + 12]).capitalize() for at in range(0, len(some), 12))
        return (". " if self.gap else "。").join(sentences)[:length]

    def item(self, dice: random.Random) -> Searchable:
        """Return an item of 2 KB."""
        return Searchable(self.text(dice, self.length // 25), self.text(dice, self.length))

    def rule(self, dice: random.Random) -> tuple[str, Node]:
        """Return a query for the rarer three quarters of the words, and how it is read."""
        count = dice.choices((1, 2, 3), (35, 40, 25))[0]
        some = [self.words[dice.randrange(len(self.words) // 4, len(self.words))] for _ in range(count)]
        terms = tuple(map(Term, some))
        if count == 1:
            return some[0], terms[0]
        match dice.choices(("all", "one", "not", "phrase"), (50, 20, 15, 15))[0]:
            case "all":
                return " ".join(some), Every(terms)
            case "one":
                return " OR ".join(some), Either(terms)
            case "not":
                return f"{' '.join(some[:-1])} -{some[-1]}", Every((*terms[:-1], Not(terms[-1])))
            case _:
                return f'"{" ".join(some)}"', Phrase(tuple(some))


def latin(dice: random.Random) -> Language:
    """Return made-up words of Latin letters, the common ones short."""
    onsets = (*"bcdfghjklmnprstvwz", "br", "ch", "cl", "dr", "fr", "gr", "pl", "pr", "sh", "st", "th", "tr")
    middles, ends = (*"aeiou", "ai", "ea", "ee", "io", "ou"), ("", "", *"nrstlm", "nd", "st")
    made: dict[str, None] = {}
    while len(made) < WORDS:
        syllables = 1 + (len(made) > 300) + (len(made) > 5_000) * dice.randint(0, 2)
        parts = (onsets, middles, ends) * syllables
        made["".join(map(dice.choice, parts))] = None
    return Language(list(made), " ", 2_000)


def chinese(dice: random.Random) -> Language:
    """Return made-up words of the 3,755 usual letters, which are common and rare themselves."""
    rows = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    letters = [letter for letter in (pair.decode("gb2312", "ignore") for pair in rows) if letter]
    dice.shuffle(letters)
    shares = list(accumulate(1 / (rank + 100) for rank in range(len(letters))))
    made: dict[str, None] = {}
    while len(made) < WORDS:
        length = 1 if len(made) < 200 else dice.choices((2, 3, 4), (60, 25, 15))[0]
        made["".join(dice.choices(letters, cum_weights=shares, k=length))] = None
    return Language(list(made), "", 670)


def terms_of(node: Node) -> Iterator[str]:
    """Yield the words that ``node`` names."""
    match node:
        case Term(text):
            yield text
        case Phrase(some):
            yield from some
        case Every(nodes) | Either(nodes):
            yield from chain.from_iterable(map(terms_of, nodes))
        case Not(inner):
            yield from terms_of(inner)
        case _:
            raise ValueError(node)


def bytes_of(root: object) -> int:
    """Return the memory of ``root`` and all it holds, in the steps of sixteen bytes that Python takes."""
    seen: set[int] = set()
    total, left = 0, [root]
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        total += -(-sys.getsizeof(one) // 16) * 16
        left += gc.get_referents(one)
    return total


class Filed:
    """An index, and what making it took."""

    def __init__(self, rules: Iterator[tuple[str, Node]]) -> None:
        self.index = Index()
        self.seconds = self.longest = 0.0
        self.literals = self.text_bytes = 0
        for query, node in rules:
            began = time.thread_time()
            self.index.add(query, node)
            took = time.thread_time() - began
            self.seconds += took
            self.longest = max(self.longest, took)
            self.literals += len(list(terms_of(node)))
            self.text_bytes += sys.getsizeof(query)
        self.bytes = bytes_of(self.index)


class Asked:
    """What asking an index for items took, in seconds for each item."""

    def __init__(self, index: Index, items: Sequence[Searchable]) -> None:
        self.folding, self.finding, self.asking, self.telling, self.reading = [], [], [], [], []
        self.candidates = self.hits = 0
        kinds = (self.folding, self.finding, self.reading, self.asking, self.telling)
        for item in items:
            times = [time.thread_time()]
            _ = [text.folded for text in item.texts]
            times.append(time.thread_time())
            found = index.candidates(item)
            times.append(time.thread_time())
            rules = [parse(query) for query in found]
            _ = [rule.matches(Searchable("nothing")) for rule in rules]  # made ready when first asked
            times.append(time.thread_time())
            hits = [rule for rule in rules if rule.matches(item)]
            times.append(time.thread_time())
            _ = [rule.hit(item) for rule in hits]
            times.append(time.thread_time())
            for kind, (start, end) in zip(kinds, pairwise(times), strict=True):
                kind.append(end - start)
            self.candidates += len(found)
            self.hits += len(hits)


def looped(material: "Material", number: int) -> str:
    """Tell how long it takes to ask every rule for an item; nothing where that is long."""
    if number > LOOPED:
        return ""
    rules = [Rule(query, node) for query, node in material.rules(number)]

    def ask(item: Searchable) -> None:
        for rule in rules:
            rule.matches(item)

    return usual(timed(ask, material.items[:20]))


def in_set(material: "Material", number: int) -> dict[str, str]:
    """Tell how long RE2's set takes to find which terms of all rules are in a text, edges of words aside."""
    new, known = "RE2's set of the terms, new texts, µs", "  texts it has seen, µs"
    if number > SET_AT_MOST:
        return {new: "", known: ""}
    options = re2.Options()
    options.max_mem = 1 << 30
    terms = re2.Set.SearchSet(options)
    for term in {fold(term) for _, node in material.rules(number) for term in terms_of(node)}:
        terms.Add(re2.escape(term))
    terms.Compile()

    def match(item: Searchable) -> None:
        terms.Match("\n".join(text.folded for text in item.texts))

    items = material.items[:50]
    times = [timed(match, items) for _ in range(3)]
    return {new: usual(times[0]), known: usual(times[-1])}


def usual(times: Sequence[float]) -> str:
    """Return the median in µs, and what one in twenty exceeds."""
    return f"{median(times) * 1e6:,.0f} / {quantiles(times, n=20)[-1] * 1e6:,.0f}" if len(times) > 1 else ""


def timed(work: Callable[[Searchable], object], items: Sequence[Searchable]) -> list[float]:
    """Return how many seconds ``work`` takes for each of ``items``."""
    times = []
    for item in items:
        began = time.thread_time()
        work(item)
        times.append(time.thread_time() - began)
    return times


@dataclass(frozen=True)
class Material:
    """What rules and items are made of."""

    languages: tuple[Language, Language]
    items: Sequence[Searchable]

    def rules(self, number: int) -> Iterator[tuple[str, Node]]:
        """Draw rules, the same each time; some come twice."""
        dice = random.Random(4)
        return (self.languages[dice.random() < 0.4].rule(dice) for _ in range(number))


def drawn() -> Material:
    """Return languages and items, the same each time."""
    dice = random.Random(3)
    both = latin(random.Random(1)), chinese(random.Random(2))
    return Material(both, [both[dice.random() < 0.4].item(dice) for _ in range(ITEMS)])


def of_corpus() -> Material | None:
    """Return items of the corpus and their words; None where it does not lie beside the project."""
    found = from_corpus()
    if not found:
        return None
    dice = random.Random(5)
    items = [
        Searchable(item.title, read_html(item.content_html or item.summary_html, item.base).text)
        for item in dice.sample(found, ITEMS)
    ]
    text = fold(" ".join(f"{item.title} {item.body}" for item in items))
    counted = Counter(re.findall("[a-z]{2,}", text)), Counter(re.findall("[\u4e00-\u9fff]{2,3}", text))
    spaced, unspaced = ([word for word, _ in words.most_common()] for words in counted)
    return Material((Language(spaced, " ", 0), Language(unspaced, "", 0)), items)


def measured(number: int, name: str) -> dict[str, str]:
    """Return what was measured with so many rules."""
    material = of_corpus() if name else drawn()
    if not material:
        return {}
    filed = Filed(material.rules(number))
    asked = Asked(filed.index, material.items)
    both = [sum(times) for times in zip(asked.finding, asked.asking, strict=True)]
    shown = {
        "rules drawn": f"{number:,} {name}",
        "different ones": f"{len(filed.index):,}",
        "candidates for an item": f"{asked.candidates / ITEMS:.1f}",
        "of them hits": f"{asked.hits / ITEMS:.1f}",
        "folding an item, µs": usual(asked.folding),
        "finding candidates, µs": usual(asked.finding),
        "asking which of them match, µs": usual(asked.asking),
        "both: matching, µs": usual(both),
    }
    for kind, is_latin in (("Latin", True), ("Chinese", False)):
        alone = [time for time, item in zip(both, material.items, strict=True) if is_latin is is_spaced(item)]
        shown[f"  for items in {kind}, µs"] = usual(alone)
    return shown | {
        "finding the words to tell, µs a hit": f"{sum(asked.telling) / max(asked.hits, 1) * 1e6:.0f}",
        "reading a candidate, µs": f"{sum(asked.reading) / max(asked.candidates, 1) * 1e6:.0f}",
        "building, s": f"{filed.seconds:.2f}",
        "longest addition, ms": f"{filed.longest * 1e3:.1f}",
        "index with queries, bytes a literal": f"{filed.bytes / filed.literals:.0f}",
        "  queries alone": f"{filed.text_bytes / filed.literals:.0f}",
        "all one by one, µs": looped(material, number),
        **in_set(material, number),
    }


def hostile() -> str:
    """Tell how long 1,000 of the worst queries that are known take for the worst known item."""
    letters = "abcdefghij"
    kinds = (
        "/(([ab]{{0,25}}){{0,25}}{0}{1})/ OR zz",
        "/a.{{0,60}}b.{{0,60}}{0}{1}/ OR zz",
        "near/1(a b zz{0}{1}) OR near/0(b a) OR near/2(a q)",
        '"a b b {0}{1}" OR "b a a" OR "a x"',
        "á OR â OR ã OR ä OR å OR ā OR ą OR {0}{1}*",
        " OR ".join("xa" + "b" * more for more in range(30)) + " OR {0}{1}",
        " OR ".join("a-" + "b" * more for more in range(1, 30)) + " OR {0}{1}",
        "利 率 OR near(利 {0}{1}) OR near/0(率 银)",
        "ab* cd* {0}{1}* -/a+{1}/",
        "{0}{1} -near/5(a b x)",
    )
    queries = [kind.format(one, two) for kind in kinds for one in letters for two in letters]
    rules = [parse(query) for query in queries]
    binary = f"{3**15_000:b}".translate({48: "a", 49: "b"})
    pieces = ("a x b x ", "à a b a à ", "xab xabb a-bbb x-bb ", "利率 利银 ", " ".join(binary) + " ", binary)
    items = [Searchable(body=(piece * 50_000)[:50_000]) for piece in pieces]
    slowest, all_of_them = 0.0, 0.0
    for item in items:
        times = [timed(rule.hit, [item])[0] for rule in rules]
        slowest, all_of_them = max(slowest, *times), max(all_of_them, sum(times))
    return f"{all_of_them:.1f} s, {slowest * 1e3:.0f} ms the slowest"


def is_spaced(item: Searchable) -> bool:
    """Tell whether an item has no letter of Chinese or the like."""
    return not re.search("[\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7ff]", item.body)


def table(columns: Sequence[dict[str, str]]) -> None:
    """Print ``columns`` beside what stands in them."""
    widths = [max(map(len, column.values())) for column in columns]
    for what in columns[0]:
        cells = (column[what].rjust(width) for column, width in zip(columns, widths, strict=True))
        print(f"{what:<36}", *cells, sep="  ")


def main() -> None:
    """Print a column for each number of rules."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER")
    parser.add_argument("--quick", action="store_true", help="in half a minute")
    said = parser.parse_args()
    runs = [(number, "") for number in said.numbers or (QUICK if said.quick else NUMBERS)]
    columns = []
    for number, name in (*runs, (10_000, "of the corpus")):
        fresh = multiprocessing.get_context("spawn")  # a process for each, since memory is counted
        with ProcessPoolExecutor(1, fresh) as process:
            columns.append(process.submit(measured, number, name).result())
    table([column for column in columns if column])
    print(f"1,000 hostile rules, a hostile item of 50,000 characters: {hostile()}")


if __name__ == "__main__":
    main()
