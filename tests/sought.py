"""Items as hypothesis draws them, of the words of :mod:`tests.queries` and of any characters, and odd queries."""

from hypothesis import strategies as st

from bot.rules import Heard, Searchable
from bot.rules.nodes import Phrase, Regex, Term
from tests.queries import nodes, strange, texts, words

HEARD = Heard(("BBC World",), "体育")

items = st.builds(
    Searchable,
    title=texts,
    body=st.one_of(texts, st.lists(st.one_of(strange, words), max_size=8).map("".join)),
    author=texts,
    source=texts,
    tags=st.lists(texts, max_size=2).map(tuple),
    link=texts,
    language=st.sampled_from(("", "en", "zh-Hans", "zh_TW")),
)
odd = st.one_of(
    nodes,
    strange.map(Term),
    strange.map(lambda text: Term(text, prefix=True)),
    st.tuples(strange, words).map(Phrase),
    words.map(lambda word: Term(word[:3], prefix=True)),
    st.sampled_from(("利率.*央行", "央[行]", "银行?", "(利率)?", "利率|x", "央行{0,2}", r"\Q利率\E")).map(
        Regex
    ),
)
