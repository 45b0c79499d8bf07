"""Queries and items as hypothesis draws them: few words, so that they meet."""

from hypothesis import strategies as st

from bot.rules.nodes import Either, Every, Field, In, Near, Node, Not, Phrase, Regex, Term, Within

WORDS = (
    "rate", "rates", "bank", "Bank", "ECB", "gpt-5", "C++", "R&D", "U.S", "don't", "OR", "near", "near/5",
    "Zinsen", "straße", "été", "ставка", "банк", "利率", "央行", "银行", "銀行", "に", "금리", "ดอกเบี้ย", "🚀",
)  # fmt: skip
"""Of eight languages, some a part or a form of another, some that look like more than words."""

PATTERNS = (r"\brates?\b", "利.", r"\d{2,4}", "b[ae]nk", "a/b", r"x\\/y", "ставк[аи]")
NAMES = ("BBC World", "bbc", "体育", "example.com", 'the "one"')

words = st.sampled_from(WORDS)
strange = st.text(min_size=1, max_size=6)


def _beginning(word: str) -> Term:
    return Term(word, prefix=True)


terms = st.one_of(
    words.map(Term),
    words.map(lambda word: Term(word, exact=True)),
    words.filter(lambda word: sum(letter.isalnum() for letter in word) > 1).map(_beginning),
)
phrases = st.lists(words, min_size=2, max_size=3).map(lambda some: Phrase(tuple(some)))
nears = st.builds(
    Near, st.integers(0, 6), st.lists(st.one_of(terms, phrases), min_size=2, max_size=3).map(tuple)
)
regexes = st.sampled_from(PATTERNS).map(Regex)
sought: st.SearchStrategy[Node] = st.one_of(terms, terms, phrases, nears, regexes)
"""What is looked for in texts."""


def _joined(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(some.map(Every), some.map(Either), parts.map(Not))


inner = st.recursive(sought, _joined, max_leaves=4)
"""Trees without fields."""

languages = st.sampled_from(("en", "de", "zh", "zh-Hans")).map(Term)
fields: st.SearchStrategy[Node] = st.one_of(
    st.builds(Within, st.sampled_from([field for field in Field if field is not Field.LANG]), inner),
    st.builds(Within, st.just(Field.LANG), languages),
    st.sampled_from(NAMES).map(In),
)

nodes: st.SearchStrategy[Node] = st.recursive(st.one_of(sought, sought, fields), _joined, max_leaves=8)
"""Whole queries, within the limits but for the number of regexes."""

_SPACES = ("", " ", " ", " ", "-", ", ", ". ", "\n", " the ", " of all the ")
texts = st.lists(st.one_of(words, words, st.sampled_from(_SPACES), st.just(" ")), max_size=14).map("".join)
"""Texts of the same words, side by side, near and far."""
