"""What the newsroom's pictures show: landscapes, towns, skies and patterns, each drawn from a seed."""

import hashlib
import math
import random
from collections.abc import Callable
from functools import lru_cache

from bot.playground.canvas import Canvas, Colour, blend, ridge

Draw = Callable[[random.Random, Canvas], None]

_SKIES: tuple[tuple[Colour, Colour, Colour], ...] = (
    ((38, 44, 96), (226, 120, 104), (255, 204, 138)),  # dusk
    ((64, 132, 196), (152, 200, 226), (250, 234, 200)),  # morning
    ((72, 54, 120), (196, 108, 148), (255, 188, 150)),  # violet
    ((44, 104, 124), (128, 190, 178), (244, 230, 184)),  # sea green
    ((30, 74, 130), (110, 166, 206), (232, 240, 240)),  # noon
)


def _sky(dice: random.Random, canvas: Canvas, *, horizon: float = 0.8) -> tuple[Colour, Colour, Colour]:
    """Fill the picture with a sky and a sun; return its three colours."""
    stops = dice.choice(_SKIES)
    canvas.cover(canvas.shades(stops, 90, 0, int(canvas.height * horizon)))
    x, y = canvas.width * dice.uniform(0.2, 0.8), canvas.height * horizon * dice.uniform(0.35, 0.62)
    size = min(canvas.width, canvas.height) / 11
    halo = tuple(blend(stop, (255, 240, 214), 0.2) for stop in stops)
    canvas.disc(x, y, size * 1.8, canvas.shades(halo, 56, 0, int(canvas.height * horizon)))
    canvas.disc(x, y, size, canvas.colour((255, 246, 224)))
    return stops


def ridges(dice: random.Random, canvas: Canvas) -> None:
    """Draw mountains behind mountains, each range darker than the one behind it."""
    top, middle, low = _sky(dice, canvas)
    count = 5
    ink = blend(top, (16, 24, 40), 0.62)
    for number in range(count):
        near = number / (count - 1)
        level = canvas.height * (0.5 + 0.36 * near)
        edge = ridge(dice, canvas.width, level, canvas.height * (0.15 - 0.07 * near), 7)
        body = blend(blend(middle, low, 0.4), ink, 0.22 + 0.78 * near)
        mist = blend(body, low, 0.55 - 0.4 * near)
        canvas.below(edge, canvas.shades((body, mist), 20, int(level * 0.86), int(level * 1.22)))


def sea(dice: random.Random, canvas: Canvas) -> None:
    """Draw the sea with the sun's path on it, a headland and sails."""
    top, middle, low = _sky(dice, canvas, horizon=0.62)
    width, height = canvas.width, canvas.height
    line = int(height * 0.62)
    coast = ridge(dice, width, line - height * 0.02, height * 0.075, 5)
    canvas.below(coast, canvas.shades((blend(top, low, 0.42), blend(top, low, 0.62)), 12, line - 90, line))
    deep = blend(top, (8, 26, 52), 0.5)
    water = canvas.shades((blend(low, middle, 0.5), blend(middle, deep, 0.6), deep), 60, line, height)
    canvas.below([line] * width, water)
    light = canvas.colour(blend(low, (255, 255, 246), 0.5))
    for _ in range(260):
        y = line + (height - line) * dice.random() ** 1.6
        far = (y - line) / (height - line)
        x, half = dice.gauss(width * 0.5, width * (0.05 + 0.24 * far)), width * (0.004 + 0.016 * far)
        canvas.box(x - half, y, x + half, y + max(height / 360, 1) * (1 + far), light)
    white, shade, hull = (canvas.colour(c) for c in ((252, 250, 244), (222, 214, 206), (52, 40, 48)))
    for number in range(dice.randint(1, 3)):
        size = height * dice.uniform(0.07, 0.2)
        x, y = width * (0.2 + 0.3 * number + dice.uniform(-0.05, 0.05)), line + size * 0.42
        canvas.sail(x, y, size * 0.46, size, white)
        canvas.sail(x - size * 0.04, y, -size * 0.3, size * 0.8, shade)
        canvas.box(x - size * 0.36, y + size * 0.03, x + size * 0.5, y + size * 0.12, hull)


def forest(dice: random.Random, canvas: Canvas) -> None:
    """Draw firs in the mist."""
    low = _sky(dice, canvas)[2]
    width, height = canvas.width, canvas.height
    ink = dice.choice(((16, 52, 48), (20, 44, 62), (36, 52, 34)))
    for number in range(4):
        near = number / 3
        tall = height * (0.14 + 0.26 * near)
        ground = ridge(dice, width, height * (0.62 + 0.34 * near), height * 0.05, 4)
        edge, x = list(ground), 0.0
        while x < width:
            size = tall * dice.uniform(0.55, 1.1)
            half = size * 0.21
            for column in range(max(int(x - half), 0), min(int(x + half), width)):
                slope = 1 - abs(column - x) / half
                tiers = slope - 0.13 * ((slope * 5.5) % 1)
                edge[column] = min(edge[column], ground[column] - size * tiers)
            x += tall * dice.uniform(0.12, 0.42)
        body = blend(blend(low, ink, 0.4), ink, near)
        haze = blend(body, low, 0.55 * (1 - near) + 0.08)
        level = int(height * (0.5 + 0.3 * near))
        canvas.below(edge, canvas.shades((body, haze), 22, level - int(tall / 2), level + int(height * 0.22)))


def balloons(dice: random.Random, canvas: Canvas) -> None:
    """Draw hot-air balloons over rolling fields."""
    low = _sky(dice, canvas)[2]
    width, height = canvas.width, canvas.height
    fields = ((98, 142, 84), (206, 178, 92), (74, 122, 92), (48, 92, 78))
    for number, field in enumerate(fields):
        level = height * (0.66 + 0.09 * number)
        edge = ridge(dice, width, level, height * 0.06, 2)
        tone = blend(field, low, 0.34 - 0.1 * number)
        shades = canvas.shades(
            (tone, blend(tone, (20, 44, 48), 0.3)), 18, int(level - height * 0.06), int(level + height * 0.1)
        )
        canvas.below(edge, shades)
    coats = ((214, 72, 62), (242, 176, 64), (62, 112, 168), (246, 240, 226), (128, 74, 128))
    cloth = [canvas.colour(coat) for coat in coats]
    basket = canvas.colour((84, 54, 40))
    for number in range(dice.randint(2, 4)):
        size = min(width, height) * dice.uniform(0.06, 0.15)
        x = width * (0.16 + 0.24 * number + dice.uniform(-0.05, 0.05))
        y = height * dice.uniform(0.2, 0.5)
        one, other = dice.sample(cloth, 2)
        for step in range(9):
            for column in range(int(2 * size / 9) + 1):
                place = -size + 2 * size * step / 9 + column
                half = max(size**2 - place**2, 0) ** 0.5
                drop = half * (1 + 0.42 * (1 - abs(place) / size))
                canvas.upright(x + place, y - half, y + drop, one if step % 2 else other)
        canvas.box(x - size * 0.16, y + size * 1.62, x + size * 0.16, y + size * 1.86, basket)


def aurora(dice: random.Random, canvas: Canvas) -> None:
    """Draw northern lights over snow."""
    width, height = canvas.width, canvas.height
    night = ((8, 12, 36), (14, 34, 66), (34, 78, 92))
    canvas.cover(canvas.shades(night, 70, 0, int(height * 0.85)))
    _stars(dice, canvas, 0.8)
    for tint in ((92, 236, 168), (150, 120, 232), (74, 220, 196))[: dice.randint(2, 3)]:
        foot = ridge(dice, width, height * dice.uniform(0.4, 0.6), height * 0.16, 5)
        reach = ridge(dice, width, height * 0.26, height * 0.12, 8)
        stops = (night[0], blend(night[1], tint, 0.3), blend(night[2], tint, 0.78))
        steps = [canvas.colour(blend(stops[n // 10], stops[n // 10 + 1], n % 10 / 10)) for n in range(5, 20)]
        for x, column in enumerate(canvas.columns):
            length = int(max(reach[x], height * 0.06))
            end = int(max(foot[x], height * 0.34))
            strip = bytes(steps[n * 15 // length] for n in range(max(length - end, 0), length))
            column[end - len(strip) : end] = strip
    for number in range(3):
        level = height * (0.7 + 0.1 * number)
        snow = blend((120, 156, 184), (222, 234, 240), number / 2)
        edge = ridge(dice, width, level, height * (0.09 - 0.02 * number), 6 - number)
        canvas.below(
            edge, canvas.shades((snow, blend(snow, (40, 70, 110), 0.5)), 16, int(level * 0.9), height)
        )


def planet(dice: random.Random, canvas: Canvas) -> None:
    """Draw a banded planet with its moon."""
    width, height = canvas.width, canvas.height
    canvas.cover(canvas.shades(((10, 10, 30), (34, 22, 62), (18, 26, 54)), 40, 0, height))
    _stars(dice, canvas, 1.0)
    size = min(width, height) * dice.uniform(0.3, 0.4)
    x, y = width * dice.uniform(0.4, 0.62), height * 0.52
    coat = dice.choice((((226, 180, 128), (176, 108, 78)), ((130, 186, 196), (62, 108, 142))))
    bands = [blend(coat[0], coat[1], dice.random()) for _ in range(9)]
    day = canvas.shades(bands, 80, int(y - size), int(y + size))
    night = canvas.shades(
        [blend(band, (12, 10, 30), 0.72) for band in bands], 60, int(y - size), int(y + size)
    )
    canvas.disc(x, y, size, night)
    for column in range(int(x - size), int(x + size)):
        half = max(size**2 - (column - x) ** 2, 0) ** 0.5
        shadow = max((column - x) / (size * 0.42), 0)  # its edge is half of a narrow ellipse
        lit = min(half, size * max(1 - shadow**2, 0) ** 0.5)
        canvas.upright(column, y - lit, y + lit, day)
    canvas.disc(x + size * 1.5, y - size * 0.7, size * 0.12, canvas.colour((206, 206, 214)))


def _stars(dice: random.Random, canvas: Canvas, down_to: float) -> None:
    lights = [canvas.colour(c) for c in ((120, 132, 168), (188, 198, 222), (255, 252, 240))]
    grain = max(canvas.height // 420, 1)
    for _ in range(240):
        x, y = dice.randrange(canvas.width), canvas.height * down_to * dice.random()
        size = grain * (2 if dice.random() < 0.12 else 1)
        canvas.box(x, y, x + size, y + size, dice.choice(lights))


def tiles(dice: random.Random, canvas: Canvas) -> None:
    """Draw a pattern of discs, quarters and bars."""
    papers = (
        ((244, 238, 226), (226, 92, 62), (36, 62, 92), (242, 186, 82), (92, 158, 150)),
        ((238, 240, 236), (54, 74, 136), (238, 132, 112), (248, 206, 122), (28, 36, 58)),
        ((246, 240, 234), (18, 94, 98), (232, 168, 74), (202, 76, 92), (112, 172, 172)),
    )
    colours = [canvas.colour(colour) for colour in dice.choice(papers)]
    side = math.gcd(canvas.width, canvas.height)
    while side > min(canvas.width, canvas.height) / 2.5:
        side //= 2
    side = max(side, min(canvas.width, canvas.height) // 6)
    for left in range(0, canvas.width, side):
        for top in range(0, canvas.height, side):
            ground, figure, dot = dice.sample(colours, 3)
            canvas.box(left, top, left + side, top + side, ground)
            _tile(dice.randrange(5), canvas, (left, top, side), (figure, dot))


def _tile(form: int, canvas: Canvas, place: tuple[int, int, int], colours: tuple[int, int]) -> None:
    left, top, side = place
    figure, dot = colours
    if form == 0:
        canvas.disc(left + side / 2, top + side / 2, side * 0.44, figure)
        canvas.disc(left + side / 2, top + side / 2, side * 0.2, dot)
    elif form < 3:
        for x in range(side):
            half = (side**2 - x**2) ** 0.5
            column = left + (x if form == 1 else side - 1 - x)
            canvas.upright(column, top, top + half, figure)
    elif form == 3:
        for bar in range(0, 4, 2):
            canvas.box(left + side * bar / 4, top, left + side * (bar + 1) / 4, top + side, figure)
    else:
        canvas.sail(left, top + side, side, side, figure)
        canvas.disc(left + side * 0.68, top + side * 0.3, side * 0.16, dot)


def town(dice: random.Random, canvas: Canvas) -> None:
    """Draw a town by the water, some of its windows lit."""
    top, _middle, low = _sky(dice, canvas, horizon=0.8)
    width, height = canvas.width, canvas.height
    shore = int(height * 0.8)
    ink = blend((12, 16, 34), top, 0.3)
    lit, pane = canvas.colour((255, 224, 156)), max(shore / 150, 1)
    for near, colour in ((0.0, blend(top, low, 0.4)), (1.0, ink)):
        fill, left = canvas.colour(colour), -width * 0.04 * dice.random()
        while left < width:
            broad = width * dice.uniform(0.03, 0.07) * (1.7 - 0.7 * near)
            tall = height * (0.08 + (0.3 + 0.14 * near) * dice.random() ** 2)
            canvas.box(left, shore - tall, left + broad, shore, fill)
            if dice.random() < 0.3:
                for step in range(int(broad)):
                    rise = broad * 0.45 * (1 - abs(2 * step / broad - 1))
                    canvas.upright(left + step, shore - tall - rise, shore - tall, fill)
            if near:
                for y in range(int(shore - tall + 3 * pane), int(shore - 3 * pane), int(5 * pane)):
                    for x in range(int(left + 2 * pane), int(left + broad - 3 * pane), int(4 * pane)):
                        if dice.random() < 0.3:
                            canvas.box(x, y, x + 2 * pane, y + 2.5 * pane, lit)
            left += broad * dice.uniform(0.9, 1.15)
    water = (blend(low, top, 0.35), blend(top, (8, 14, 34), 0.35))
    canvas.below([shore] * width, canvas.shades(water, 30, shore, height))
    gleam = canvas.colour(blend(low, (255, 240, 200), 0.4))
    for _ in range(120):
        at, deep = width * dice.random(), shore + (height - shore) * dice.random()
        canvas.box(at, deep, at + width * dice.uniform(0.01, 0.04), deep + max(height / 400, 1), gleam)


def comic(dice: random.Random, canvas: Canvas) -> None:
    """Draw a strip without words, top to bottom: someone small, a balloon, the wind, the moon."""
    width, tall = canvas.width, canvas.height / 4
    ink, paper, skin = (canvas.colour(c) for c in ((30, 32, 48), (250, 246, 236), (246, 214, 178)))
    coat = canvas.colour(dice.choice(((206, 72, 66), (66, 120, 176), (72, 142, 104))))
    red, moon = canvas.colour((224, 66, 70)), canvas.colour((252, 238, 190))
    skies = ((150, 204, 232), (176, 214, 226), (240, 176, 130), (34, 42, 92))
    grounds = ((132, 182, 106), (120, 172, 104), (110, 132, 92), (40, 66, 84))
    canvas.box(0, 0, width, canvas.height, paper)
    start = dice.uniform(0.3, 0.4)
    for number, (sky, ground) in enumerate(zip(skies, grounds, strict=True)):
        top, edge = number * tall + width * 0.03, width * 0.04
        bottom = (number + 1) * tall - width * 0.02
        canvas.box(edge - 4, top - 4, width - edge + 4, bottom + 4, ink)
        canvas.box(edge, top, width - edge, bottom, canvas.colour(sky))
        hill = bottom - tall * 0.2
        canvas.box(edge, hill, width - edge, bottom, canvas.colour(ground))
        size = tall * 0.1
        x, foot = width * (start + 0.03 * number), hill + size * 0.6
        canvas.box(x - size * 0.55, foot - size * 2.1, x + size * 0.55, foot, coat)
        canvas.disc(x, foot - size * 2.7, size * 0.92, skin)
        lifted = size * (0.1, 0.1, 0.32, 0.4)[number]
        for eye in (-0.1, 0.5):
            canvas.disc(x + eye * size, foot - size * 2.7 - lifted, size * 0.12, ink)
        if number == 3:
            canvas.disc(width * 0.7, top + tall * 0.3, tall * 0.17, moon)
        away = ((0.12, 0.46), (0.22, 0.36), (0.38, 0.2), (0.34, 0.3))[number]
        bx, by = x + width * away[0], top + tall * away[1]
        hand = (x + size * 0.6, foot - size * 1.6)
        end = hand if number == 0 else (bx - size * 0.5, by + size * 3)
        for step in range(160):
            part = step / 160
            sx = end[0] + (bx - end[0]) * part + math.sin(part * 9) * size * 0.12
            canvas.upright(sx, end[1] + (by - end[1]) * part, end[1] + (by - end[1]) * part + 5, ink)
        canvas.disc(bx, by, size * 0.9, red, 0.85)
        canvas.disc(bx - size * 0.28, by - size * 0.35, size * 0.2, paper, 0.7)


SCENES: dict[str, Draw] = {
    one.__name__: one for one in (ridges, sea, forest, balloons, aurora, planet, tiles, town, comic)
}
"""By name. What no name asks for is one of the landscapes."""

_LANDSCAPES = ("ridges", "sea", "forest", "balloons", "town", "aurora")


@lru_cache(maxsize=128)
def scene(name: str, width: int, height: int) -> bytes:
    """Draw a picture as PNG; the same name and size give the same bytes. Some 30 ms at 1280 × 720.

    A name of the form ``sea-7`` chooses what it shows, any other is a seed alone.
    """
    return drawn(name, width, height).png()


def skyline(seed: int, width: int, height: int) -> bytes:
    """Draw a town by the water as PNG, from a seed."""
    return scene(f"town-{seed}", width, height)


def drawn(name: str, width: int, height: int) -> Canvas:
    """Draw a picture as :func:`scene` does, for other uses than PNG."""
    dice = random.Random(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]))  # noqa: S311  a picture, not a secret
    canvas = Canvas(width, height)
    wanted = name.partition("-")[0]
    SCENES[wanted if wanted in SCENES else dice.choice(_LANDSCAPES)](dice, canvas)
    return canvas
