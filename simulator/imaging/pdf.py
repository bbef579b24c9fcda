"""A PDF of one page, written by hand: text in Helvetica, no library needed (ISO 32000-1)."""

from collections.abc import Sequence


def page(title: str, lines: Sequence[str]) -> bytes:
    """Return an A4 page with a title and lines of text; letters outside Latin-1 become `?`."""
    shown = [f"BT /F1 16 Tf 56 780 Td ({_escaped(title)}) Tj ET"]
    for number, line in enumerate(lines):
        shown.append(f"BT /F1 11 Tf 56 {744 - 17 * number} Td ({_escaped(line)}) Tj ET")
    stream = "\n".join(shown).encode("latin-1", "replace")
    fonts = "<</Font<</F1 5 0 R>>>>"
    return _file(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources{fonts}"
            "/Contents 4 0 R>>".encode(),
            b"<</Length %d>>\nstream\n%b\nendstream" % (len(stream), stream),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        ]
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
