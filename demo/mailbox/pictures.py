"""Draws small PNG pictures from a line of words; only zlib and struct, so no picture has to lie in the repository.

``draw("tide 4.1 0.6 4.3 0.8")`` a curve through the values, ``draw("bars 3 5 2")`` a bar chart,
``draw("harbour 7")`` a mast, a gull and the sea at an hour of the day, ``draw("logo")`` the co-operative's mark,
``draw("pixel")`` a transparent-looking white dot.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable

Colour = tuple[int, int, int]

PAPER: Colour = (250, 248, 242)
INK: Colour = (38, 50, 56)
SEA: Colour = (44, 110, 128)
SIGNAL: Colour = (222, 94, 40)


class Canvas:
    """A picture in memory; rows from the top, colours as red, green, blue."""

    def __init__(self, width: int, height: int, colour: Colour) -> None:
        self.width = width
        self.height = height
        self._rows = [bytearray(bytes(colour) * width) for _ in range(height)]

    def box(self, left: int, top: int, width: int, height: int, colour: Colour) -> None:
        """Fills a rectangle, as far as it lies in the picture."""
        start, end = max(left, 0), min(left + width, self.width)
        for y in range(max(top, 0), min(top + height, self.height)):
            if start < end:
                self._rows[y][3 * start : 3 * end] = bytes(colour) * (end - start)

    def disc(self, x: int, y: int, radius: int, colour: Colour) -> None:
        """Fills a circle."""
        for down in range(-radius, radius + 1):
            half = math.isqrt(radius * radius - down * down)
            self.box(x - half, y + down, 2 * half + 1, 1, colour)

    def png(self) -> bytes:
        """The picture as a PNG file: 8 bits per channel, no filter, one IDAT chunk."""
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        data = zlib.compress(b"".join(b"\x00" + bytes(row) for row in self._rows), 9)
        return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def draw(words: str) -> bytes:
    """The PNG for the words. Raises KeyError for a picture nobody can draw."""
    kind, *numbers = words.split()
    return _PICTURES[kind]([float(number) for number in numbers]).png()


def _tide(values: list[float]) -> Canvas:
    """A smooth curve through the values, as a tide table would draw it, with a grid behind."""
    canvas = Canvas(360, 140, PAPER)
    for y in range(20, 140, 20):
        canvas.box(0, y, 360, 1, (226, 222, 210))
    low, high = min(values), max(values)
    steps = len(values) - 1
    for x in range(360):
        place = x / 359 * steps
        left = min(int(place), steps - 1)
        share = (1 - math.cos((place - left) * math.pi)) / 2
        value = values[left] * (1 - share) + values[left + 1] * share
        top = 125 - round((value - low) / ((high - low) or 1) * 110)
        canvas.box(x, top, 1, 140 - top, (207, 226, 230))
        canvas.box(x, top - 1, 1, 3, SEA)
    return canvas


def _bars(values: list[float]) -> Canvas:
    canvas = Canvas(40 * len(values) + 20, 140, PAPER)
    top = max(values) or 1
    for place, value in enumerate(values):
        height = round(value / top * 110)
        canvas.box(20 + 40 * place, 130 - height, 24, height, SIGNAL if value == top else SEA)
    canvas.box(10, 130, 40 * len(values), 2, INK)
    return canvas


def _harbour(values: list[float]) -> Canvas:
    """The quay at an hour of the day: sky, sun, sea, the station on its mast and a gull on the station."""
    hour = values[0] if values else 12.0
    light = max(0.15, math.sin((hour - 5) / 16 * math.pi))
    canvas = Canvas(320, 200, PAPER)
    for y in range(200):
        depth = y / 200
        sky = (round(120 * light + 110 * depth), round(160 * light + 60 * depth), round(90 + 140 * light))
        water = (round(20 + 40 * light), round(60 + 70 * light * depth), round(80 + 60 * light))
        canvas.box(0, y, 320, 1, sky if y < 120 else water)
    canvas.disc(round(30 + (hour - 5) * 16), round(118 - 90 * light), 14, (250, 214, 140))
    canvas.box(0, 165, 150, 35, (104, 98, 92))
    canvas.box(96, 60, 5, 106, INK)
    canvas.box(84, 52, 30, 14, SIGNAL)
    canvas.disc(104, 44, 7, (245, 245, 245))
    canvas.disc(111, 40, 4, (245, 245, 245))
    canvas.box(115, 40, 4, 2, (240, 180, 40))
    return canvas


def _logo(_values: list[float]) -> Canvas:
    """A bird with a long curved bill over two waves."""
    canvas = Canvas(120, 80, (255, 255, 255))
    canvas.disc(52, 34, 16, INK)
    canvas.disc(72, 22, 9, INK)
    for step in range(30):
        canvas.box(78 + step, 20 + step * step // 60, 2, 3, SIGNAL)
    for x in range(120):
        for base in (60, 70):
            canvas.box(x, base + round(3 * math.sin(x / 9 + base)), 1, 3, SEA)
    return canvas


def _pixel(_values: list[float]) -> Canvas:
    return Canvas(1, 1, (255, 255, 255))


_PICTURES: dict[str, Callable[[list[float]], Canvas]] = {
    "tide": _tide,
    "bars": _bars,
    "harbour": _harbour,
    "logo": _logo,
    "pixel": _pixel,
}
