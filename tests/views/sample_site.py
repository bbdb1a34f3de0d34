"""A site with a share of every kind and in every state, over real HTTP, for pictures of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from django_oss_share.models import Share
from django_oss_share.services import shares
from django_oss_share.testing import OSSEmulator
from views.serving import served

SAMPLES = Path(__file__).parents[2] / "example_project" / "samples"
PICKED = ("report.pdf", "landscape.png", "sunrise.mp4")
PASSWORD = "correct horse battery"
NOTE = "The figures are final.\nPlease send remarks by Friday."
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]


@dataclass(frozen=True)
class Site:
    """:ivar links: by what each share shows."""

    url: str
    emulator: OSSEmulator
    links: dict[str, str]


@contextmanager
def sample_site() -> Iterator[Site]:
    """Runs for as long as the block does, on an empty database."""
    with OSSEmulator() as emulator, override_settings(**_settings(emulator)), served() as url:
        call_command("migrate", verbosity=0)
        _fill(emulator)
        links = {name: url + shares.get_url(share) for name, share in _shares().items()}
        yield Site(url, emulator, {**links, "unknown": f"{url}/s/nothing/"})


def _settings(emulator: OSSEmulator) -> dict[str, object]:
    return {
        "ALLOWED_HOSTS": ["*"],
        "ROOT_URLCONF": "views.urls",
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
        "MIDDLEWARE": MIDDLEWARE,
        "STORAGES": {
            "default": {"BACKEND": "django_oss_share.storage.OSSStorage", "OPTIONS": emulator.storage_options()}
        },
        "OSS_SHARE": {"ALLOW_ZIP": True},
    }


def _fill(emulator: OSSEmulator) -> None:
    for sample in SAMPLES.iterdir():
        emulator.put(f"files/{sample.name}", sample.read_bytes())
        emulator.put(f"project/2026/{sample.name}", sample.read_bytes())
    emulator.put("files/tone.wav", b"RIFF" + bytes(2000))
    emulator.put("project/Minutes of the kick-off.docx", bytes(48_213))
    emulator.put("project/预算 2026.xlsx", bytes(1_234_567))
    emulator.put("project/a rather long name that somebody gave to a file without thinking of phones.tar.gz", bytes(9))
    for number in range(120):
        emulator.put(f"project/Photos/IMG_{number:04}.jpg", bytes(3_000_000 + number))


def _shares() -> dict[str, Share]:
    from django.contrib.auth import get_user_model

    owner = get_user_model().objects.create_user("maria.lopez")
    now = timezone.now()

    def made(key: str | None = None, **fields: object) -> Share:
        return shares.create(key, created_by=owner, **fields)

    made_shares = {
        "pdf": made("files/report.pdf", filename="季度报告 2026 Q3.pdf", note=NOTE),
        "image": made("files/landscape.png"),
        "text": made("files/export-gb18030.txt", filename="旧系统导出.txt"),
        "video": made("files/sunrise.mp4"),
        "audio": made("files/tone.wav"),
        "plain": made("files/source.zip", expires_at=now + timedelta(minutes=50)),
        "limited": made("files/landscape.png", max_downloads=3, expires_in=timedelta(days=2)),
        "locked": made("files/report.pdf", password=PASSWORD, max_downloads=2),
        "folder": made(prefix="project/", name="Project Aurora", note=NOTE),
        "selection": made(
            keys=[f"files/{name}" for name in ("report.pdf", "landscape.png", "sunrise.mp4")], name="For the board"
        ),
        "scheduled": made("files/report.pdf", starts_at=now + timedelta(days=1)),
        "network": made("files/report.pdf", allowed_networks=["10.0.0.0/8"]),
        "gone": made("files/deleted.pdf", check=False),
        "revoked": made("files/report.pdf"),
        "expired": made("files/report.pdf"),
        "exhausted": made("files/report.pdf", max_downloads=1),
    }
    shares.revoke(made_shares["revoked"])
    Share.objects.filter(pk=made_shares["expired"].pk).update(expires_at=now)
    Share.objects.filter(pk=made_shares["exhausted"].pk).update(downloads=1)
    return made_shares
