"""Make docs/images/demo-*.png and admin-*.png anew, from the tests directory: ``python -m demo.screenshots``."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page
from services.browser import find_chromium, open_browser

from .journey import Journey
from .running import EXAMPLE, Demo, running_demo

IMAGES = Path(__file__).parents[2] / "docs" / "images"
#: Width and height in pixels of the page, and of one of its pixels in the picture.
SIZES = {"wide": (1440, 900, 1), "narrow": (360, 780, 2)}
#: Of the journey's pages: in which sizes and schemes.
ADMIN = {
    "browser": ("wide-light", "wide-dark", "narrow-light"),
    "form": ("wide-light", "narrow-dark"),
    "made": ("wide-light", "narrow-light"),
    "timeline": ("wide-light", "narrow-dark"),
    "list": ("wide-light", "wide-dark", "narrow-light"),
    "credentials": ("wide-light",),
    "export": ("wide-light",),
}
#: An export in the middle of its work, which no picture could be taken of in time: what it does is not done.
UNDER_WAY = """
from django.contrib.auth import get_user_model
from django.utils.timezone import now
from django_oss_share.models import ExportJob, ExportShard
from django_oss_share.services.exports import jobs, sources

filters = sources.Filters(rules=(("filter", "+ *.pdf"), ("filter", "- *")))
job = jobs.start(
    sources.Prefix("documents/", filters=filters),
    output="shares",
    format="xlsx",
    name="Reports for partners",
    base_url="https://files.example.com",
    created_by=get_user_model().objects.get(),
    queued=False,
)
counts = {"written": 482_120, "listed": 691_337, "skipped": 3, "rate": 4125}
ExportShard.objects.filter(job=job).update(**counts, parts=[[number, "ETag", 8_388_608] for number in range(1, 9)])
ExportJob.objects.filter(pk=job.pk).update(state="running", started_at=now(), total=1_000_000)
print(job.pk)
"""
STARTS = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT%H:%M}"
#: Further shares, so that the list has something to list: the arguments of ``oss_share create``.
OTHERS = (
    ("--prefix", "documents/", "--name", "All documents", "--expires", "300d"),
    (
        "documents/minutes.txt",
        "--name",
        "Minutes",
        "--starts",
        f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT%H:%M}",
    ),
    ("documents/tender.pdf", "documents/plan.pdf", "--name", "Tender", "--max-downloads", "20", "--expires", "12h"),
)
_PALETTE = 128


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as directory,
        running_demo(Path(directory)) as demo,
        open_browser(find_chromium()) as browser,
    ):
        for size in SIZES:
            for scheme in ("light", "dark"):
                save(first_page(browser, demo.url, size, scheme), f"demo-{size}-{scheme}")
        for arguments in OTHERS:
            share(demo, Path(directory), *arguments)
        content = (EXAMPLE / "samples" / "landscape.png").read_bytes()
        journey = Journey(browser, demo, content, Path(directory), look)
        journey.walk()
        journey.look_at(
            "export", f"admin/oss_share/exportjob/{manage(Path(directory), 'shell', '-c', UNDER_WAY)}/change/"
        )


def share(demo: Demo, directory: Path, *arguments: str) -> None:
    manage(directory, "oss_share", "create", *arguments, "--no-check", "--owner", demo.admin)


def manage(directory: Path, *arguments: str) -> str:
    """What a command says beside the running site; nothing of OSS is needed but its name."""
    bucket = {"OSS_BUCKET": "demo-bucket", "OSS_REGION": "cn-hangzhou"}
    done = subprocess.run(
        [sys.executable, str(EXAMPLE / "manage.py"), *arguments],
        env={**os.environ, **bucket, "EXAMPLE_VAR": str(directory)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip().rpartition("\n")[2]


def first_page(browser: Browser, url: str, size: str, scheme: str) -> Image.Image:
    width, height, scale = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return Image.open(io.BytesIO(page.screenshot()))


def look(name: str, page: Page) -> None:
    for variant in ADMIN.get(name, ()):
        size, scheme = variant.split("-")
        width, height, _ = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.locator("#header").scroll_into_view_if_needed()
        # The admin's colours take their time to change.
        page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
        shown = page.locator(".oss-timeline") if name == "timeline" else page
        save(Image.open(io.BytesIO(shown.screenshot())), f"admin-{name}-{variant}")


def save(picture: Image.Image, name: str) -> None:
    """With as many colours as a page of an interface needs, which makes it a third as large."""
    small = picture.convert("RGB").quantize(_PALETTE, kmeans=1, dither=Image.Dither.NONE)
    small.save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
