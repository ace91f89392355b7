"""Plain text with soft line breaks (RFC 3676, ``format=flowed``) as whole paragraphs."""

from __future__ import annotations


def unflow(text: str, *, delsp: bool) -> str:
    """``text`` with its soft breaks undone; quotation marks stay, one ``> `` each level.

    ``delsp`` says that the blank before a soft break is not part of the text.
    """
    lines: list[str] = []
    pieces: list[str] = []
    open_depth = -1
    for raw in text.split("\n"):
        content = raw.lstrip(">")
        depth = len(raw) - len(content)
        content = content.removeprefix(" ")
        flowing = content.endswith(" ") and content != "-- "
        if flowing and delsp:
            content = content[:-1]
        if open_depth == depth and content != "-- ":
            pieces.append(content)
        else:
            if open_depth >= 0:
                lines.append("".join(pieces))
            pieces = [f"{'>' * depth} {content}" if depth else content]
            open_depth = depth
        if not flowing:
            lines.append("".join(pieces))
            open_depth = -1
    if open_depth >= 0:
        lines.append("".join(pieces))
    return "\n".join(lines)
