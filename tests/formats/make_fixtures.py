"""Makes the workbooks that the tests read: `python make_fixtures.py` (needs openpyxl, xlsxwriter, pillow; for some
also LibreOffice and msoffcrypto-tool)."""

import datetime
import io
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.chart import BarChart
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from PIL import Image as Picture

HERE = Path(__file__).parent
WHEN = datetime.datetime(2024, 1, 2, 3, 4, 5)


def picture():
    data = io.BytesIO()
    Picture.new("RGB", (24, 16), (200, 30, 30)).save(data, "PNG")
    data.seek(0)
    return data


def by_openpyxl():
    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = WHEN
    sheet = book.active
    sheet.title = "话术"
    sheet.append(["场景", "回复", "备注", "字数"])
    sheet.append(["退款", "亲，这个不行的哦😊", "常用", 8])
    sheet.append(["催单", "您自己查一下物流。\n谢谢", " 前后有空格 ", 12.5])
    sheet.append(["<&>", "A&B <退款> \"说明\" _x0041_", None, True])
    sheet["A1"].font = Font(bold=True, color="FF0000", name="宋体")
    sheet["B2"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["B3"].alignment = Alignment(wrap_text=True)
    sheet["D5"] = "=SUM(D2:D3)"
    sheet["E2"] = '=B2&"！"'
    sheet["B6"] = CellRichText("普通", TextBlock(InlineFont(b=True), "加粗"))
    sheet["B7"] = CellRichText(TextBlock(InlineFont(b=True, rFont="宋体"), "整格加粗的话术"))
    sheet["B8"] = "合并单元格里的话术"
    sheet.merge_cells("B8:C9")
    sheet["B10"] = "隐藏行里的话术"
    sheet.row_dimensions[10].hidden = True
    sheet["F2"] = "隐藏列里的话术"
    sheet.column_dimensions["F"].hidden = True
    sheet.column_dimensions["B"].width = 42
    sheet.row_dimensions[3].height = 40
    sheet["B2"].comment = Comment("这是批注", "作者")
    sheet["G2"] = WHEN
    sheet["G3"] = "=1/0"
    check = DataValidation(type="list", formula1='"退款,催单"')
    check.add("A2:A20")
    sheet.add_data_validation(check)
    sheet.conditional_formatting.add("D2:D9", CellIsRule("greaterThan", ["10"], fill=PatternFill("solid", bgColor="00FF00")))
    sheet.add_image(Image(picture()), "I2")
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = "A1:D4"
    hidden = book.create_sheet("旧话术")
    hidden["A1"] = "回复"
    hidden["A2"] = "亲，这个不行的哦😊"
    hidden.sheet_state = "hidden"
    hidden.protection.sheet = True
    table = book.create_sheet("表 & 格")
    for row in [["名称", "内容"], ["一", "不知道"], ["二", "没有"]]:
        table.append(row)
    table.add_table(Table(displayName="话术表", ref="A1:B3"))
    chart = book.create_chartsheet("图")
    chart.add_chart(BarChart())
    book.create_sheet("空")
    book.save(HERE / "openpyxl.xlsx")


def by_xlsxwriter():
    book = xlsxwriter.Workbook(HERE / "xlsxwriter.xlsx")
    book.set_properties({"created": WHEN})
    bold = book.add_format({"bold": True})
    red = book.add_format({"font_color": "red"})
    sheet = book.add_worksheet("话术 1")
    sheet.set_column("B:B", 30)
    sheet.write_row("A1", ["场景", "回复"], bold)
    sheet.write("A2", "退款")
    sheet.write("B2", "亲，这个不行的哦", red)
    sheet.write_rich_string("B3", "请", bold, "稍等", "哦")
    sheet.write("B4", "含制表\t和控制\x01字符", bold)
    sheet.write_formula("C2", '=B2&"!"', None, "亲，这个不行的哦!")
    sheet.write_array_formula("C3:C5", '{=B3:B5&"!"}', None, "请稍等哦!")
    sheet.write("C4", None)
    sheet.write_dynamic_array_formula("D2", '=LEFT(B2:B4,2)', None, "亲，")
    sheet.write_comment("B2", "批注")
    sheet.merge_range("E2:F3", "合并", bold)
    sheet.write_boolean("G1", True)
    sheet.write_number("G2", 3.25)
    sheet.data_validation("A2:A9", {"validate": "list", "source": ["退款", "催单"]})
    sheet.conditional_format("G1:G9", {"type": "data_bar"})
    sheet.insert_image("I2", "a.png", {"image_data": picture()})
    sheet.write_url("H2", "https://example.com/", string="点这里")
    very = book.add_worksheet("很隐藏")
    very.very_hidden()
    very.write("A1", "很隐藏的话术")
    very.write("A2", "亲，这个不行的哦")
    table = book.add_worksheet("带表格")
    table.add_table(
        "B2:C5",
        {
            "columns": [{"header": "名称", "total_string": "合计"}, {"header": "话术"}],
            "data": [["一", "不行"], ["二", "没有"]],
            "total_row": True,
        },
    )
    shape = book.add_chart({"type": "column"})
    shape.add_series({"values": "='话术 1'!$G$2:$G$3"})
    table.insert_chart("E2", shape)
    book.close()


def by_hand():
    """The strict namespace, prefixes of their own, a part found only by its relationship, odd but valid XML."""
    main = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    rels = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f"""<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/book/main.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/book/first.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/text.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>""",
        "_rels/.rels": f'<p:Relationships xmlns:p="{package}/relationships"><p:Relationship Id="a" Type="{rels}/officeDocument" Target="/book/main.xml"/></p:Relationships>',
        "book/main.xml": f'<x:workbook xmlns:x="{main}" xmlns:q="{rels}"><x:sheets><x:sheet name="前缀&#x8868;" sheetId="1" q:id="one"/></x:sheets></x:workbook>',
        "book/_rels/main.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="one" Type="{rels}/worksheet" Target="./first.xml"/><Relationship Id="two" Type="{rels}/sharedStrings" Target="../text.xml"/></Relationships>',
        "book/first.xml": f"""\ufeff<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<!-- 注释 --><x:worksheet xmlns:x="{main}" xmlns:o="urn:other">\r
 <x:sheetData>\r
  <x:row><x:c t="s" ><x:v>0</x:v></x:c ><x:c/><x:c t='s'><x:v> 1 </x:v></x:c></x:row>\r
  <x:row r="4"><x:c r="B4" s="0" t="inlineStr" ><x:is><x:t>内<![CDATA[<联>]]>&#x884C;<!-- 注 -->！</x:t></x:is><x:extLst><x:ext uri="a"/></x:extLst></x:c></x:row>\r
  <o:row><o:c><o:v>9</o:v></o:c></o:row>\r
  <x:row><x:c t="str"><x:v>没有公式的 str</x:v></x:c><x:c t="s"><x:v>2</x:v></x:c><x:c t="s"><x:v>3</x:v></x:c></x:row>\r
 </x:sheetData>\r
</x:worksheet>""",
        "text.xml": f'<sst xmlns="{main}"><si><t>共享&amp;文字</t><rPh sb="0" eb="1"><t>gong</t></rPh></si><si><r><rPr><b/><sz val="12"/></rPr><t xml:space="preserve">一种 </t></r><r><rPr><b/><sz val="12"/></rPr><t>格式</t></r></si><si><r><rPr><b/></rPr><t>两种</t></r><r><t>格式</t></r></si><si><r><t>没有</t></r><r><t>格式</t></r></si></sst>',
    }
    with zipfile.ZipFile(HERE / "strict.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = "说明".encode()
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, WHEN.timetuple()[:6])
            info.compress_type = zipfile.ZIP_STORED if name.endswith(".rels") else zipfile.ZIP_DEFLATED
            info.comment = name.encode()
            archive.writestr(info, text.encode())


class Pipe(io.RawIOBase):
    """Cannot go back, so that sizes are written behind the data."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def seekable(self):
        return False

    def write(self, data):
        self.data += bytes(data)
        return len(data)


def repacked():
    """The same parts with extra fields such as Excel and Info-ZIP write, and streamed; with a folder and an entry that is no part."""
    extra = b"\x20\xa2\x04\x00abcd" + b"UT\x05\x00\x03\x00\x00\x00\x60" + b"\xfe\xca\x00\x00"
    for name, extra, out in (("extra", extra, io.BytesIO()), ("streamed", b"", Pipe())):
        with zipfile.ZipFile(HERE / "xlsxwriter.xlsx") as source, zipfile.ZipFile(out, "w") as archive:
            for old in source.infolist():
                info = zipfile.ZipInfo(old.filename, WHEN.timetuple()[:6])
                info.compress_type = zipfile.ZIP_DEFLATED
                info.extra = extra
                archive.writestr(info, source.read(old))
            archive.writestr(zipfile.ZipInfo("文件夹/", WHEN.timetuple()[:6]), "")
            archive.writestr(zipfile.ZipInfo("[trash]/0000.dat", WHEN.timetuple()[:6]), bytes(100))
        (HERE / f"{name}.xlsx").write_bytes(out.getvalue() if extra else out.data)


OFFICE_SOURCE = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
<office:automatic-styles>
<style:style style:name="wide" style:family="table-column"><style:table-column-properties style:column-width="9cm"/></style:style>
<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>
<style:style style:name="head" style:family="table-cell"><style:table-cell-properties fo:background-color="#ddebf7"/><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="red" style:family="text"><style:text-properties fo:color="#ff0000"/></style:style>
</office:automatic-styles>
<office:body><office:spreadsheet>
<table:table table:name="售后 话术"><table:table-column table:number-columns-repeated="2"/><table:table-column table:style-name="wide"/><table:table-column table:visibility="collapse"/><table:table-column table:number-columns-repeated="2"/>
<table:table-row table:style-name="head"><table:table-cell table:style-name="head" office:value-type="string"><text:p>编号</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>场景</text:p></table:table-cell><table:table-cell table:style-name="head" office:value-type="string"><text:p>话术</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>内部备注</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>字数</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>退款</text:p></table:table-cell><table:table-cell office:value-type="string"><office:annotation><dc:date>2024-01-02T03:04:05</dc:date><text:p>主管批注</text:p></office:annotation><text:p>您好，</text:p><text:p>这个我们处理不了</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>你的，"不改"</text:p></table:table-cell><table:table-cell table:formula="of:=LEN([.C2])" office:value-type="float" office:value="12"><text:p>12</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="float" office:value="2"><text:p>2</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>催单</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>你的"包裹", 已经寄出; 请查收</text:p></table:table-cell><table:table-cell/><table:table-cell office:value-type="date" office:date-value="2024-01-02"><text:p>2024-01-02</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="float" office:value="3"><text:p>3</text:p></table:table-cell><table:table-cell office:value-type="string" table:number-columns-spanned="1" table:number-rows-spanned="2"><text:p>物流</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>不知道</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="float" office:value="4"><text:p>4</text:p></table:table-cell><table:covered-table-cell/><table:table-cell office:value-type="string"><text:p>您好，请<text:span text:style-name="red">稍等</text:span>一下</text:p></table:table-cell></table:table-row>
</table:table>
<table:table table:name="旧的" table:style-name="hidden"><table:table-row><table:table-cell office:value-type="string"><text:p>回复</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell office:value-type="string"><text:p>你的订单已发货</text:p></table:table-cell></table:table-row></table:table>
</office:spreadsheet></office:body></office:document>"""


def by_libreoffice():
    """What LibreOffice Calc writes; left as it is where `soffice` is not installed (apt-get install libreoffice-calc)."""
    if not shutil.which("soffice"):
        print("no soffice: the files of LibreOffice are left as they are")
        return
    # 44 or 59: the mark between cells; 34: the quote; 76: UTF-8; 85: GB18030; true before true: quotes around all texts.
    csv = "csv:Text - txt - csv (StarCalc)"
    wanted = {
        "libreoffice.xlsx": "xlsx:Calc MS Excel 2007 XML",
        "libreoffice-utf8.csv": f"{csv}:44,34,76,1,,0,false,true",
        "libreoffice-gb18030.csv": f"{csv}:44,34,85,1,,0,false,true",
        "libreoffice-semicolons.csv": f"{csv}:59,34,76,1,,0,true,true",
    }
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "话术.fods")
        source.write_text(OFFICE_SOURCE, encoding="utf-8")
        for name, target in wanted.items():
            out = Path(folder, name)
            office = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile"]
            subprocess.run([*office, "--convert-to", target, "--outdir", out, source], check=True, capture_output=True)
            [made] = out.iterdir()
            shutil.copy(made, HERE / name)


def with_password():
    """A workbook that asks for a password, as Excel encrypts it; left as it is without msoffcrypto-tool."""
    try:
        from msoffcrypto.format.ooxml import OOXMLFile
    except ImportError:
        print("no msoffcrypto-tool: the workbook with a password is left as it is")
        return
    with open(HERE / "strict.xlsx", "rb") as plain, open(HERE / "password.xlsx", "wb") as out:
        OOXMLFile(plain).encrypt("1234", out)


by_openpyxl()
by_xlsxwriter()
by_hand()
repacked()
by_libreoffice()
with_password()
