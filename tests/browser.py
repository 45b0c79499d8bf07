"""Chromium for the tests, driven by the W3C WebDriver protocol; nothing but aiohttp is needed."""

import asyncio
import base64
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=en-GB",
)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def missing() -> str:
    """Say which of the two programs is not there, "" for none."""
    return ", ".join(name for name in ("chromium", "chromedriver") if shutil.which(name) is None)


class Browser:
    """One window."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self._http = http
        self._base = base

    async def command(self, method: str, path: str, body: dict[str, object] | None = None) -> Any:
        async with self._http.request(method, f"{self._base}{path}", json=body) as answer:
            value = (await answer.json())["value"]
            assert answer.status == 200, value
            return value

    async def open(self, url: str) -> None:
        await self.command("POST", "/url", {"url": url})

    async def run(self, script: str, *arguments: object) -> Any:
        return await self.command("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    async def until(self, script: str, *arguments: object, timeout_s: float = 8.0) -> Any:
        """Wait until the script's value is true and return it."""
        try:
            async with asyncio.timeout(timeout_s):
                while not (value := await self.run(script, *arguments)):  # noqa: ASYNC110  a browser sets no event
                    await asyncio.sleep(0.05)
        except TimeoutError:
            body = await self.run("return document.body.innerText")
            raise AssertionError(f"{script} did not come true; the page says: {body}") from None
        return value

    async def find(self, selector: str) -> str:
        found = await self.command("POST", "/element", {"using": "css selector", "value": selector})
        return str(found[ELEMENT])

    async def click(self, selector: str) -> None:
        await self.command("POST", f"/element/{await self.find(selector)}/click", {})

    async def type(self, selector: str, text: str) -> None:
        await self.command("POST", f"/element/{await self.find(selector)}/value", {"text": text})

    async def cdp(self, name: str, **parameters: object) -> Any:
        return await self.command("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    async def size(self, width: int, height: int, *, scale: float = 1) -> None:
        await self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )

    async def scheme(self, value: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": value}]
        await self.cdp("Emulation.setEmulatedMedia", features=features)

    async def complaints(self) -> list[str]:
        """What the console and the page's policy complained of."""
        lines = await self.command("POST", "/se/log", {"type": "browser"})
        return [line["message"] for line in lines if line["level"] == "SEVERE"]

    async def shot(self) -> bytes:
        """Return a picture of the window, as PNG."""
        return base64.b64decode(await self.command("GET", "/screenshot"))


class Driver:
    """A chromedriver process on a port of its own choice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            "chromedriver", "--port=0", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={"HOME": str(self._folder), "PATH": "/usr/bin:/bin:/usr/local/bin", "TMPDIR": str(self._folder)},
        )  # fmt: skip
        assert self._process.stdout is not None
        async with asyncio.timeout(20):
            async for line in self._process.stdout:
                if b"started successfully on port" in line:
                    self.url = f"http://127.0.0.1:{int(line.split()[-1].rstrip(b'.'))}"
                    return self
        raise AssertionError("chromedriver did not start")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), 10)


@asynccontextmanager
async def chromium(folder: Path) -> AsyncIterator[Browser]:
    """Open a window with a fresh profile in ``folder``; it is closed with the context."""
    options = {"args": [*FLAGS, f"--user-data-dir={folder / 'profile'}"], "binary": shutil.which("chromium")}
    wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
    async with (
        Driver(folder) as driver,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30), trust_env=False) as http,
    ):
        body = {"capabilities": {"alwaysMatch": wanted}}
        async with http.post(f"{driver.url}/session", json=body) as answer:
            value = (await answer.json())["value"]
            assert answer.status == 200, value
        browser = Browser(http, f"{driver.url}/session/{value['sessionId']}")
        try:
            yield browser
        finally:
            await browser.command("DELETE", "")
