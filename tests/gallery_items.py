"""Which items hang in the gallery, in which style, and what one should look at."""

from dataclasses import dataclass

from bot.items import Style, Taste

_PLAIN = Taste()


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An item of the gallery. ``specimen`` is a file of ``tests/specimens/gallery``, or ``seed``."""

    name: str
    specimen: str
    style: Style
    title: str
    caption: str
    zone: str = "Europe/Copenhagen"
    language: str = ""
    """The chat's; "" for the item's own."""
    dark: bool = False
    taste: Taste = _PLAIN


ITEMS = (
    Exhibit(
        "seed", "seed", Style.SUMMARY, "The item that the project began with",
        "A news document in Chinese whose picture comes by way of an image proxy. The picture’s caption is not mixed "
        "into the lead, the lead ends with a Chinese sentence, and the time is the chat’s.",
        zone="UTC", language="zh",
    ),
    Exhibit(
        "arabic", "02-arabic.atom", Style.SUMMARY, "Arabic",
        "Right to left, quotation marks and all; the lead ends where a sentence does.", zone="Asia/Dubai",
    ),
    Exhibit(
        "hindi", "03-hindi.rss", Style.SUMMARY, "Hindi",
        "Sentences end with a danda; no vowel sign is ever torn from its letter.", zone="Asia/Kolkata",
    ),
    Exhibit(
        "russian", "04-russian.rss", Style.EXPAND, "Russian",
        "The lead, and the rest in a quotation that unfolds when it is pressed.", zone="Europe/Moscow",
    ),
    Exhibit(
        "japanese", "05-japanese.atom", Style.SUMMARY, "Japanese",
        "A script without spaces, cut at the end of a sentence; the date is written as in Japan.",
        zone="Asia/Tokyo", dark=True,
    ),
    Exhibit(
        "code", "06-code.json", Style.FULL, "A programmer’s blog",
        "Code stays code and says its language; quotation, inline code and what was struck out are kept.",
    ),
    Exhibit(
        "comic", "07-comic.rss", Style.SUMMARY, "A web comic",
        "One tall picture and hardly a word; the picture is what counts.",
    ),
    Exhibit(
        "podcast", "08-podcast.rss", Style.SUMMARY, "A podcast",
        "The episode can be played in the chat, under its title.", dark=True,
    ),
    Exhibit(
        "video", "09-video.rss", Style.SUMMARY, "A video",
        "The film itself, not a link to it.",
    ),
    Exhibit(
        "table", "10-table.rss", Style.FULL, "A table",
        "Narrow enough for a phone, it is drawn with its columns aligned.",
    ),
    Exhibit(
        "forum", "11-forum.atom", Style.FULL, "A forum thread",
        "Who is quoted and who answers can be told apart; the numbered list is one.", taste=Taste(author=True),
    ),
    Exhibit(
        "release", "12-release.atom", Style.FULL, "Release notes",
        "Headings, nested lists, commands and links to the changes.",
    ),
    Exhibit(
        "photos", "13-photos.rss", Style.SUMMARY, "A photo gallery",
        "All pictures in one album, with one caption below.",
    ),
    Exhibit(
        "microblog", "14-microblog.rss", Style.SUMMARY, "A microblog",
        "No title, so none is invented; the long link is shortened as the author’s page does it.",
    ),
    Exhibit(
        "telegram", "15-telegram.rss", Style.SUMMARY, "A post born on Telegram",
        "Its feed repeats the text as the title; here it is said once.",
    ),
    Exhibit(
        "links", "16-links.rss", Style.SUMMARY, "A page of links",
        "Title, comments, and the preview of what it is about.",
    ),
    Exhibit(
        "newsletter", "17-newsletter.rss", Style.EXPAND, "A newsletter",
        "Made of tables for mail programs, with a hidden first line, a tracking picture and a way to unsubscribe; "
        "what it says is left.",
    ),
    Exhibit(
        "recipe", "18-recipe.rss", Style.FULL, "A recipe",
        "Two lists, one with bullets and one with numbers, below the picture.",
    ),
    Exhibit(
        "science", "19-science.rss", Style.SUMMARY, "A preprint",
        "Indices, powers and Greek letters are still themselves.", taste=Taste(author=True),
    ),
    Exhibit(
        "notice", "20-notice.rss", Style.SUMMARY, "An official notice",
        "The feed says a title and nothing else, and so does the message.",
    ),
    Exhibit(
        "longread-full", "21-longread.rss", Style.FULL, "A long read, in full",
        "Longer than a caption may be: a text, with the picture large above it.",
    ),
    Exhibit(
        "longread-expand", "21-longread.rss", Style.EXPAND, "The same, to be unfolded",
        "Three lines of the rest show, until one wants more.", dark=True,
    ),
    Exhibit(
        "longread-article", "21-longread.rss", Style.ARTICLE, "The same, as an article",
        "Telegram’s rich message: headings, pictures and the table in their places, folded while it is long.",
    ),
    Exhibit(
        "video-channel", "24-youtube.atom", Style.SUMMARY, "A video channel",
        "The video’s picture, and its description as the lead.", dark=True,
    ),
)  # fmt: skip
