"""How wide text is in Arial and its likes, so that labels can be wrapped and kept apart without a font at hand."""

from __future__ import annotations

from collections.abc import Iterator

_WIDTHS = {
    0.22: "ijl'’|",
    0.28: "fIt .,:;!/\\[]·",
    0.33: 'r()-"`',
    0.5: "ckvxyzJsš",
    0.56: "abdeghnopqu0123456789L#$£?_«»",
    0.58: "+=<>~−",
    0.61: "FTZ",
    0.67: "ABEKPSVXY&",
    0.72: "CDHNRUw",
    0.78: "GOQ",
    0.83: "mM",
    0.89: "%",
    0.94: "W",
    1.0: "@…—",
}
"""Widths of characters over the size of the font: those of Helvetica, which Arial and Liberation Sans share."""

_OF = {character: width for width, characters in _WIDTHS.items() for character in characters}
_OTHER = 0.6
_BOLD = 1.07


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text, in the unit of the font's size; some 3% more than less.

    >>> text_width("", 14.0), round(text_width("Published", 10.0), 1)
    (0.0, 46.8)
    """
    return sum(_OF.get(character, _OTHER) for character in text) * size * (_BOLD if bold else 1.0)


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Return text on lines of a width; a word that is wider is cut, so that nothing runs out of the picture."""
    lines: list[str] = []
    for word in _cut(text, size, width, bold=bold):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(text: str, size: float, width: float, *, bold: bool) -> Iterator[str]:
    for word in text.split():
        while text_width(word, size, bold=bold) > width and len(word) > 1:
            keep = max(1, int(len(word) * width / text_width(word, size, bold=bold)) - 1)
            yield word[:keep]
            word = word[keep:]
        yield word
