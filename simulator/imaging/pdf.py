"""A PDF written by hand: text in Helvetica on A4 pages, no library needed (ISO 32000-1)."""

from collections.abc import Sequence

LINES = 41  # on one page, below its title


def page(title: str, lines: Sequence[str]) -> bytes:
    """Return a document of a title and lines of text; letters outside Latin-1 become `?`."""
    rest = [lines[at : at + LINES] for at in range(LINES, len(lines), LINES)]
    numbers = [3, *range(6, 6 + 2 * len(rest), 2)]  # the first page, then two objects a page
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(numbers)}>>".encode(),
        *_page(4, title, lines[:LINES]),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, part in zip(numbers[1:], rest, strict=True):
        objects += _page(number + 1, f"{title}, continued", part)
    return _file(objects)


def _page(contents: int, title: str, lines: Sequence[str]) -> tuple[bytes, bytes]:
    """Return a page and its contents, which is object number `contents`."""
    shown = [f"BT /F1 16 Tf 56 780 Td ({_escaped(title)}) Tj ET"]
    for number, line in enumerate(lines):
        shown.append(f"BT /F1 11 Tf 56 {744 - 17 * number} Td ({_escaped(line)}) Tj ET")
    stream = "\n".join(shown).encode("latin-1", "replace")
    fonts = "<</Font<</F1 5 0 R>>>>"
    leaf = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources{fonts}/Contents {contents}"
    return f"{leaf} 0 R>>".encode(), b"<</Length %d>>\nstream\n%b\nendstream" % (
        len(stream),
        stream,
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _file(objects: Sequence[bytes]) -> bytes:
    """Number the objects and add the table of their offsets."""
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    return out + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
