"""What no message template may say: each refused at once, with what to do."""

import time
from zoneinfo import ZoneInfo

import pytest

from bot.items import FeedId, Item, ItemId, StoredItem
from bot.render.look import Look
from bot.render.template import SOURCE_LIMIT, TemplateFailed, TemplateWrong, check, fill
from bot.render.template_flaws import Flaw, Why

STORED = StoredItem(ItemId("f.i"), FeedId("f"), Item(title="Rain", tags=("a", "b")), 1, 1)

REFUSED = {
    "{{ titel }}": "no field “titel”. Fields are author, content",
    "a\n\n{{ x }}": "Line 3",
    "{{ title": "cannot be read",
    "{% if title %}": "cannot be read",
    "{% endif %}": "cannot be read",
    "{{ title }} {% trans %}": "“trans”",
    "{{ title.__class__ }}": "no “.__class__”",
    "{{ title['__class__'] }}": "brackets",
    "{{ tags[0] }}": "brackets",
    "{{ tags[1:2] }}": "brackets",
    "{% for t in tags %}{{ t.query }}{% endfor %}": "no “.query”",
    "{% for h in hits %}{{ h.alert }}{% endfor %}": "no “.alert”",
    "{% for t in tags %}{{ loop }}{% endfor %}": "no field “loop”",
    "{% if loop is defined %}{% endif %}x": "no field “loop”",
    "{% for t in tags %}{{ loop.cycle }}{% endfor %}": "no “.cycle”",
    "{% for t in tags %}{% endfor %}{{ t }}": "no field “t”",
    "{% for t in tags %}{% for u in tags %}{% endfor %}{% endfor %}": "a for within a for",
    "{% for t in title %}{% endfor %}": "no list",
    "{% for t in tags if t %}{% endfor %}": "no condition",
    "{% for t in tags recursive %}{% endfor %}": "no condition",
    "{% for a, b in tags %}{% endfor %}": "one variable",
    "{% for title in tags %}{% endfor %}": "one variable",
    "{% for self in tags %}{% endfor %}": "something else",
    "{% for t in tags %}{{ content }}{% endfor %}": "cannot stand in a for",
    "{{ summary ~ title }}": "cannot be joined",
    "{{ tags ~ title }}": "(tags|join)",
    "{{ title ~ published }}": "(published|date)",
    "{% for h in hits %}{{ h.words ~ title }}{% endfor %}": "This is no text: words",
    "{{ 'a' * 10**9 }}": "arithmetic",
    "{{ 1 + 1 }}": "arithmetic",
    "{{ -1 }}": "arithmetic",
    "{{ range(10**9) }}": "called",
    "{{ title.upper() }}": "called",
    "{{ '%1000000s'|format }}": "no filter “format”",
    "{{ title|center(1000000000) }}": "no filter “center”",
    "{{ title|safe }}": "no filter “safe”",
    "{{ title|attr('x') }}": "no filter “attr”",
    "{{ title|truncate }}": "summary|truncate(200)",
    "{{ title|truncate('x') }}": "summary|truncate(200)",
    "{{ title|truncate(title) }}": "summary|truncate(200)",
    "{{ title|truncate(5, true) }}": "summary|truncate(200)",
    "{{ title|truncate(length=5) }}": "plain values",
    "{{ title|truncate(0) }}": "from 1 to 4096",
    "{{ title|truncate(1000000000000) }}": "whole numbers",
    "{{ title|truncate(10**12) }}": "arithmetic",
    "{{ title|upper('x') }}": "takes other values, or none",
    "{{ title|default }}": "default needs one value",
    "{{ title|replace('', 'x') }}": "to look for",
    "{{ published|date('%Q') }}": "does not know “%Q”",
    "{{ published|date('%') }}": "does not know “%”",
    "{{ title is divisibleby(3) }}": "no test",
    "{{ 1.5 }}": "whole numbers",
    "{{ 1e999 }}": "whole numbers",
    "{{ [title] }}": "“list”",
    "{{ {} }}": "“dict”",
    "{{ (title, link) }}": "“tuple”",
    "{% set x = 1 %}": "“set”",
    "{% set x %}a{% endset %}": "“set”",
    "{% macro m() %}{% endmacro %}": "“macro”",
    "{% call m() %}{% endcall %}": "“call”",
    "{% include 'a' %}": "“include”",
    "{% import 'a' as b %}": "“import”",
    "{% from 'a' import b %}": "“from”",
    "{% extends 'a' %}": "“extends”",
    "{% block a %}{% endblock %}": "“block”",
    "{% filter upper %}{% endfilter %}": "“filter”",
    "{% with %}{% endwith %}": "“with”",
    "{% autoescape false %}{{ title }}{% endautoescape %}": "“autoescape”",
    "": "empty",
    " \n": "empty",
    "a" * (SOURCE_LIMIT + 1): "too long: 2001 letters",
}


@pytest.mark.parametrize("source", REFUSED, ids=lambda source: source[:40])
def test_what_no_template_may_say_is_refused_with_what_to_do(source: str) -> None:
    with pytest.raises(TemplateWrong) as caught:
        check(source)
    with pytest.raises(TemplateFailed):
        fill(source, STORED, Look(ZoneInfo("UTC"), "en"))
    said = str(caught.value)
    assert REFUSED[source] in said
    assert said[0].isupper() or said[0] == "“"
    assert said.endswith(".")
    assert said.count(". ") >= 1
    told = caught.value.flaw.said("zh-hans")
    assert told.endswith("。")
    assert not caught.value.flaw.line or told.startswith("第 ")


@pytest.mark.parametrize("why", Why)
def test_every_flaw_is_said_in_every_language_with_the_same_particulars(why: Why) -> None:
    flaw = Flaw(why, 3, "wörd", "knöwn", 4711)
    english, chinese = flaw.said("en"), flaw.said("zh")
    assert english.startswith("Line 3: ")
    assert chinese.startswith("第 3 行：")
    for particular in (flaw.word, flaw.known, str(flaw.most), "{{", "}}", "{%"):
        assert english.count(particular) == chinese.count(particular)
    assert flaw.said("fr") == english


@pytest.mark.parametrize("source", ["{% endif %}", "{{ title }}\n{% else %}", "{{ title", "{% if %}"])
def test_what_cannot_be_read_is_told_without_the_words_of_programmers(source: str) -> None:
    with pytest.raises(TemplateWrong) as caught:
        check(source)
    assert caught.value.flaw == Flaw(Why.UNREADABLE, source.count("\n") + 1)


HOSTILE = [
    "{{" * 1000,
    "{%" * 1000,
    "{# " * 600,
    "{% raw %}" * 200,
    "{{ " + "(" * 900 + "title" + ")" * 900 + " }}",
    "{{ " + "[" * 900 + " }}",
    "{{ " + "not " * 480 + "title }}",
    "{{ " + "-" * 1900 + "1 }}",
    "{{ title" + "|upper" * 300 + " }}",
    "{{ title" + ".a" * 900 + " }}",
    "{{ title" + " ~ title" * 200 + " }}",
    "{{ title" + " if title else title" * 90 + " }}",
    "{% if title %}" * 130,
    "{% if title %}" * 70 + "{% endif %}" * 70,
    "{% for t in tags %}" * 100,
    "{{ " + "9" * 1900 + " }}",
    "{{ '" + "a" * 1900 + "' }}",
    "{{title}}" * 222,
    "{% if title %}a{% endif %}" * 76,
    "{{ title|upper }}" * 100,
    "{{ \u00fcn\u00efcode }}",
    "{{ title|\ud800 }}",
    "\ud800{{ nothing }}",
]


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_template_is_refused_at_once(source: str) -> None:
    taken = []
    for _ in range(3):
        began = time.process_time()
        with pytest.raises(TemplateWrong):
            check(source)
        taken.append(time.process_time() - began)
    assert min(taken) < 0.1, "ten times what an idle machine takes"
