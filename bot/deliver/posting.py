"""The calls that send a message in one of its forms: its text, one file with it, an album."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import telegram

from bot.deliver import calls, form
from bot.deliver.calls import Taken, Upload
from bot.deliver.outcome import Outcome
from bot.items import ChatId
from bot.render.parts import Media, MediaKind, Message

_METHODS = {
    MediaKind.PHOTO: "sendPhoto",
    MediaKind.VIDEO: "sendVideo",
    MediaKind.ANIMATION: "sendAnimation",
    MediaKind.AUDIO: "sendAudio",
    MediaKind.DOCUMENT: "sendDocument",
}

Named = str | Upload
"""A file as a call names it: by its address, by Telegram's id of it, or by coming along."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Sends through one bot; ``paid`` lets Telegram take its price for a faster rate."""

    bot: telegram.Bot
    paid: bool = False

    async def text(self, chat: ChatId, message: Message, within_s: float) -> Taken | Outcome:
        """Send the text, with the preview that it asks for."""
        fields = form.where(chat, message, paid=self.paid) | form.as_text(message)
        return await calls.send(self.bot, "sendMessage", fields, within_s)

    async def file(
        self, chat: ChatId, message: Message, media: Media, named: Named, within_s: float
    ) -> Taken | Outcome:
        """Send one file with the text as its caption."""
        upload = replace(named, name=media.kind.value) if isinstance(named, Upload) else None
        told = form.as_file(message, media, None if isinstance(named, Upload) else named)
        fields = form.where(chat, message, paid=self.paid) | told
        method = _METHODS[media.kind]
        return await calls.send(self.bot, method, fields, within_s, (upload,) if upload else ())

    async def album(
        self, chat: ChatId, message: Message, items: Sequence[tuple[Media, Named]], within_s: float
    ) -> Taken | Outcome:
        """Send an album with the text as the caption of its first item."""
        uploads, made = [], []
        for number, (media, named) in enumerate(items):
            if isinstance(named, Upload):
                uploads.append(replace(named, name=f"file{number}"))
                made.append((media, f"attach://file{number}"))
            else:
                made.append((media, named))
        fields = form.where(chat, message, paid=self.paid) | form.as_album(message, made)
        return await calls.send(self.bot, "sendMediaGroup", fields, within_s, tuple(uploads))
