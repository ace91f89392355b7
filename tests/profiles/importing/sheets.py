"""A small writer of XLSX, so that tests can say exactly what stands in a cell."""

import io
import zipfile

WORKBOOK = """<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="Lista" sheetId="1" r:id="rId1"/></sheets></workbook>"""
LINKS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
 Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"
 Target="styles.xml"/></Relationships>"""
STYLES = """<?xml version="1.0" encoding="UTF-8"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"""
TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"""
TOP = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
 Target="xl/workbook.xml"/></Relationships>"""


def text(words: str) -> str:
    return f't="inlineStr"><is><t>{words}</t></is>'


def number(value: float) -> str:
    return f"><v>{value}</v>"


def day(serial: int) -> str:
    return f's="1"><v>{serial}</v>'


def formula(words: str, value: str = "") -> str:
    return f"><f>{words}</f>" + (f"<v>{value}</v>" if value else "")


def xlsx(rows: list[list[str]], *, extra: dict[str, bytes] | None = None) -> bytes:
    """The bytes of a workbook; each cell by one of the makers above, "" for an empty one."""
    sheet = _sheet_of(rows)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, words in {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": TOP,
            "xl/workbook.xml": WORKBOOK,
            "xl/_rels/workbook.xml.rels": LINKS,
            "xl/styles.xml": STYLES,
            "xl/worksheets/sheet1.xml": sheet,
        }.items():
            packed.writestr(name, words)
        for name, more in (extra or {}).items():
            packed.writestr(name, more)
    return made.getvalue()


def workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    """The bytes of a workbook of several sheets, by their names."""
    names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, start=1))
    head, _sheet, tail = WORKBOOK.partition('<sheet name="Lista" sheetId="1" r:id="rId1"/>')
    links = "".join(
        f'<Relationship Id="rId{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
        f' Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    start = LINKS[: LINKS.index("<Relationship Id")]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", TYPES)
        packed.writestr("_rels/.rels", TOP)
        packed.writestr("xl/workbook.xml", head + names + tail)
        packed.writestr("xl/_rels/workbook.xml.rels", f"{start}{links}</Relationships>")
        for n, rows in enumerate(sheets.values(), start=1):
            packed.writestr(f"xl/worksheets/sheet{n}.xml", _sheet_of(rows))
    return made.getvalue()


def _sheet_of(rows: list[list[str]]) -> str:
    lines = []
    for line, cells in enumerate(rows, start=1):
        written = [f'<c r="{chr(65 + place)}{line}" {cell}</c>' for place, cell in enumerate(cells) if cell]
        lines.append(f'<row r="{line}">{"".join(written)}</row>')
    return (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
        f'2006/main"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    )
