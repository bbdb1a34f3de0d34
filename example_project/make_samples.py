"""Make the files under samples/, which are committed: run this only to change them.

    python example_project/make_samples.py

Needs Pillow, Debian's chromium (it prints the PDF), ffmpeg with libx264, and Noto's CJK fonts.
"""

import math
import subprocess
import tempfile
import zipfile
from pathlib import Path

from PIL import Image, ImageDraw

SAMPLES = Path(__file__).parent / "samples"

# Of the sky, its top and its foot.
DAWN, NOON = ((52, 54, 120), (255, 158, 94)), ((70, 150, 226), (222, 240, 252))
HILLS = ((112, 110, 170), (74, 88, 146), (42, 66, 112), (22, 42, 74))
FRAMES, FRAMES_PER_SECOND = 96, 24

REPORT = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>季度报告 2026 Q3</title><style>
@page { size: A4; margin: 22mm }
body { font: 11pt/1.6 "Noto Sans CJK SC", sans-serif; color: #1c2733 }
h1 { font-size: 26pt; margin: 0 } h2 { break-before: page; margin: 0 0 6mm } .q { color: #d9480f; font-weight: bold }
table { border-collapse: collapse; width: 100%; margin: 8mm 0 }
td, th { padding: 2.5mm; border-bottom: .3mm solid #ccd }
td + td, th + th { text-align: right } i { display: block; height: 5mm; background: #4c6ef5; border-radius: 1mm }
</style><p class="q">2026 Q3</p><h1>季度报告 · Quarterly report</h1>
<p>本报告由示例项目生成，用来演示私有文件的预览与下载。<br>A sample: preview it in the browser, then save it.</p>
<table><tr><th style="text-align:left">地区 Region<th>订单 Orders<th>增长 Growth
<tr><td>杭州 Hangzhou<td>12,480<td>+18 %<tr><td>上海 Shanghai<td>9,731<td>+7 %<tr><td>成都 Chengdu<td>6,204<td>+31 %
<tr><td>深圳 Shenzhen<td>11,056<td>+12 %</table>
<p>杭州 <i style="width:100%"></i>上海 <i style="width:78%"></i>
成都 <i style="width:50%"></i>深圳 <i style="width:89%"></i>
<h2>第二页 · Page two</h2><p>页码用来检查分段读取：PDF 阅读器只取它要显示的部分。<br>
A reader asks for ranges of a long file, so that the first page shows before the last has arrived.</p>"""

MINUTES = """会议纪要
日期：2026 年 9 月 30 日　地点：杭州，西湖边

一、私有文件不再放进公开目录，下载一律使用限时链接。
二、链接过期以后，文件仍在，只是这个链接打不开了。
三、文件名原样保留：中文、空格、+、%、引号、表情 🙂 都可以。

Saved as UTF-8.
"""

EXPORT = """旧系统导出（GB18030 编码）
编号,姓名,城市,备注
0001,王小明,杭州,常用字
0002,欧阳娜娜,成都,复姓
0003,㑇𠮷田,上海,扩展区汉字：㐀 𠀀 €
"""


def main() -> None:
    (SAMPLES / "minutes-utf8.txt").write_text(MINUTES, encoding="utf-8", newline="\n")
    (SAMPLES / "export-gb18030.txt").write_text(EXPORT, encoding="gb18030", newline="\r\n")
    landscape(1280, 800, light=0.4).save(SAMPLES / "landscape.png", optimize=True)
    make_video(SAMPLES / "sunrise.mp4")
    make_pdf(SAMPLES / "report.pdf")
    make_archive(SAMPLES / "source.zip")
    for file in sorted(SAMPLES.iterdir()):
        print(f"{file.stat().st_size:>8,} bytes  {file.name}")


def landscape(width: int, height: int, light: float) -> Image.Image:
    """Hills under a sun that has risen as far as ``light`` says: 0 at dawn, 1 at noon."""
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for y in range(height):
        draw.line((0, y, width, y), fill=mixed(sky(0, light), sky(1, light), min(1.0, y / height * 1.7)))
    sun(draw, width, height, light)
    for number, color in enumerate(HILLS):
        draw.polygon(outline(number, width, height), fill=mixed(color, sky(1, light), 0.36 - 0.11 * number))
    return picture


def sky(end: int, light: float) -> tuple[int, ...]:
    return mixed(DAWN[end], NOON[end], light)


def sun(draw: ImageDraw.ImageDraw, width: int, height: int, light: float) -> None:
    x, y, radius = width * (0.3 + 0.4 * light), height * (0.62 - 0.5 * light), height * 0.085
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 240, 205))


def outline(number: int, width: int, height: int) -> list[tuple[float, float]]:
    base, swing = height * (0.5 + 0.13 * number), height * (0.11 - 0.015 * number)
    waves = (1.3 + 0.6 * number, 3.1 + number, 7.0)
    crest = [
        (x, base - swing * sum(math.sin(x / width * math.tau * wave / 2 + number * wave) / wave for wave in waves))
        for x in range(width + 1)
    ]
    return [(0, height), *crest, (width, height)]


def mixed(one: tuple[int, ...], other: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def make_video(target: Path) -> None:
    """H.264 in yuv420p with its index in front: what every browser plays, and starts before it has all of it."""
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "640x360"]
    command += ["-r", str(FRAMES_PER_SECOND), "-i", "-", "-c:v", "libx264", "-preset", "veryslow", "-crf", "30"]
    command += ["-pix_fmt", "yuv420p", "-movflags", "+faststart", "-map_metadata", "-1", str(target)]
    frames = (landscape(640, 360, number / FRAMES).tobytes() for number in range(FRAMES))
    subprocess.run(command, input=b"".join(frames), check=True)


def make_pdf(target: Path) -> None:
    with tempfile.TemporaryDirectory() as directory:
        page = Path(directory, "report.html")
        page.write_text(REPORT, encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={target}"]
        subprocess.run(["chromium", *options, page.as_uri()], check=True, capture_output=True, timeout=120)


def make_archive(target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("说明 README.txt", MINUTES), ("data/orders.csv", EXPORT)):
            archive.writestr(zipfile.ZipInfo(name, date_time=(2026, 9, 30, 12, 0, 0)), text)


if __name__ == "__main__":
    main()
