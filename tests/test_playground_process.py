"""The local Telegram as a process of its own, as benchmarks use it."""

import asyncio
import json
import sys
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parent.parent


async def test_a_process_says_where_it_is_and_what_it_has_seen(http: aiohttp.ClientSession) -> None:
    command = (sys.executable, "-m", "bot.playground", "--private", "2", "--channels", "1", "--groups", "1")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    try:
        async with asyncio.timeout(20):
            ready = json.loads(await process.stdout.readline())
        assert ready["url"].startswith("http://127.0.0.1:")
        ann, ben, channel, group = ready["chats"]
        assert ann > 0 > channel
        assert ben > 0 > group
        send = f"{ready['url']}/bot{ready['token']}/sendMessage"

        async def say(chat: int, text: str) -> int:
            async with http.post(send, json={"chat_id": chat, "text": text}) as answer:
                return answer.status

        said = [
            (ann, "one\nmore"),
            (channel, "two"),
            (group, "three"),
            (ann, "one\nmore"),
            (ann, "one\nless"),
        ]
        assert [await say(*one) for one in said] == [200] * 5
        assert [await say(ann, "four"), await say(ann, "five"), await say(ann, "six")] == [200, 429, 429]
        async with http.get(f"{ready['url']}/playground/stats", params={"after": 3}) as answer:
            stats = await answer.json()
        assert [(chat, text) for _, chat, text in stats["sent"]] == [
            (ann, "one"),
            (ann, "one"),
            (ann, "four"),
        ]
        assert (stats["duplicates"], stats["refusals"], stats["offences"]) == (1, 2, 1)
        assert stats["calls"] == {"sendMessage": 8}
    finally:
        process.terminate()
        assert await process.wait() == 0
