"""The words that lead from a message that was cut to the whole of its item."""

from bot.render.parts import EntityKind, RichText
from bot.render.rich import styled

_WORDS = {
    "ar": "تابع القراءة",
    "de": "Weiterlesen",
    "en": "Read on",
    "es": "Seguir leyendo",
    "fa": "ادامهٔ مطلب",
    "fr": "Lire la suite",
    "he": "להמשך קריאה",
    "hi": "आगे पढ़ें",
    "id": "Baca selengkapnya",
    "it": "Continua a leggere",
    "ja": "続きを読む",
    "ko": "이어서 읽기",
    "nl": "Lees verder",
    "pl": "Czytaj dalej",
    "pt": "Continuar a ler",
    "ru": "Читать дальше",
    "tr": "Devamını oku",
    "uk": "Читати далі",
    "vi": "Đọc tiếp",
    "zh": "阅读全文",
    "zh-hant": "閱讀全文",
}
_TRADITIONAL = ("hant", "tw", "hk", "mo")


def read_on(language: str, link: str | None) -> RichText:
    """Return "Read on" in ``language``, else in English, leading to ``link``; nothing without one."""
    if not link:
        return RichText()
    first, *rest = language.lower().replace("_", "-").split("-")
    if first == "zh" and any(one in _TRADITIONAL for one in rest):
        first = "zh-hant"
    return styled(RichText(_WORDS.get(first, _WORDS["en"])), EntityKind.LINK, link)
