"""Static files: collectstatic, hashed names, plain links that open."""

from __future__ import annotations

import json
import os
import re
import time
from urllib.parse import quote

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.template import Context, Template

from django_oss_share.storage import OSSManifestStaticStorage, OSSStaticStorage

from .making import fetch


@pytest.fixture
def sources(tmp_path):
    """A project's static files, with links between them."""
    for name, text in {
        "css/site.css": "body { background: url('../img/季 度.png#x') } @import 'base.css';",
        "css/base.css": "p { color: red }",
        "js/site.js": "import './base.js';\n",
        "js/base.js": "export default 1;\n",
        "img/季 度.png": "not really a picture",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def static(settings, oss_emulator, sources):
    """``static(backend, **options)`` makes the static files' storage one on a public-read bucket."""
    oss_emulator.add_bucket("public-bucket", acl="public-read")
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.staticfiles"]
    settings.STATICFILES_DIRS = [sources]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_URL = "/unused/"

    def point(backend, **options):
        options = oss_emulator.storage_options(bucket_name="public-bucket", location="static", **options)
        kind = {"BACKEND": f"django_oss_share.storage.{backend}", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "staticfiles": kind}
        return staticfiles_storage

    return point


def collect(**options):
    call_command("collectstatic", interactive=False, verbosity=0, **options)


def keys(emulator):
    return emulator.keys(bucket="public-bucket")


SOURCES = [
    "static/css/base.css",
    "static/css/site.css",
    "static/img/季 度.png",
    "static/js/base.js",
    "static/js/site.js",
]


def test_collectstatic(static, oss_emulator):
    storage = static("OSSStaticStorage")
    collect()
    assert keys(oss_emulator) == SOURCES
    assert "?" not in storage.url("css/base.css")
    answer = fetch(storage.url("img/季 度.png"))
    assert (answer.status, answer.body) == (200, b"not really a picture")
    assert answer.headers["Content-Type"] == "image/png"


def test_collectstatic_sends_only_what_is_newer(static, oss_emulator, sources):
    static("OSSStaticStorage")
    past = time.time() - 3600
    for path in sources.rglob("*.*"):
        os.utime(path, (past, past))
    collect()
    assert oss_emulator.calls["PutObject"] == 5
    collect()
    assert oss_emulator.calls["PutObject"] == 5
    future = time.time() + 3600
    os.utime(sources / "css" / "base.css", (future, future))
    collect()
    assert oss_emulator.calls["PutObject"] == 6


def test_collectstatic_clear(static, oss_emulator):
    static("OSSStaticStorage")
    for key in ("static/old.css", "static/old/deep/a.css", "other/kept.css"):
        oss_emulator.put(key, b"", bucket="public-bucket")
    collect(clear=True)
    assert keys(oss_emulator) == ["other/kept.css", *SOURCES]


def test_collectstatic_dry_run(static, oss_emulator):
    static("OSSStaticStorage")
    collect(dry_run=True)
    assert keys(oss_emulator) == []


def test_gzip(static, oss_emulator):
    storage = static("OSSStaticStorage", gzip=True)
    collect()
    assert fetch(storage.url("css/base.css")).headers["Content-Encoding"] == "gzip"
    assert fetch(storage.url("img/季 度.png")).headers["Content-Encoding"] is None


def test_hashed_names(static, oss_emulator):
    storage = static("OSSManifestStaticStorage", object_parameters={"CacheControl": "max-age=31536000, immutable"})
    collect()
    manifest = json.loads(oss_emulator.get("static/staticfiles.json", bucket="public-bucket"))
    hashed = manifest["paths"]["css/site.css"]
    assert re.fullmatch(r"css/site\.[0-9a-f]{12}\.css", hashed)
    url = storage.url("css/site.css")
    assert url.endswith(f"/public-bucket/static/{hashed}")
    answer = fetch(url)
    assert answer.headers["Cache-Control"] == "max-age=31536000, immutable"
    for name in ("css/base.css", "img/季 度.png"):
        assert manifest["paths"][name].rpartition("/")[2].split(".")[1] in answer.body.decode()
    # Django takes the percent-encoding off what it hashed; browsers put it back.
    assert fetch(quote(storage.url("img/季 度.png"), safe=":/")).body == b"not really a picture"


@pytest.mark.parametrize("overwrite", [True, False])
def test_collected_again(static, oss_emulator, sources, overwrite):
    storage = static("OSSManifestStaticStorage", file_overwrite=overwrite)
    collect()
    first = storage.url("css/base.css")
    (sources / "css" / "base.css").write_text("p { color: blue }")
    future = time.time() + 3600
    os.utime(sources / "css" / "base.css", (future, future))
    collect()
    assert storage.url("css/base.css") != first
    assert fetch(first).status == 200, "pages that were served before still find theirs"
    assert fetch(storage.url("css/base.css")).body == b"p { color: blue }"


def test_the_manifest_is_read_by_the_next_process(static, oss_emulator):
    static("OSSManifestStaticStorage")
    collect()
    options = oss_emulator.storage_options(bucket_name="public-bucket", location="static")
    fresh = OSSManifestStaticStorage(**options)
    assert fresh.url("css/base.css") == staticfiles_storage.url("css/base.css")
    with pytest.raises(ValueError, match=r"Missing staticfiles manifest entry for 'css/none\.css'"):
        fresh.url("css/none.css")


def test_no_manifest_yet(on_emulator):
    storage = on_emulator(OSSManifestStaticStorage)
    assert storage.hashed_files == {}
    assert storage.save("x.txt", ContentFile("abc")) == "x.txt"


def test_in_a_template(static):
    static("OSSStaticStorage", custom_domain="static.example.com")
    template = Template("{% load static %}{% static 'css/base.css' %} {% static '' %}")
    assert (
        template.render(Context())
        == "https://static.example.com/static/css/base.css https://static.example.com/static/"
    )


def test_a_folder_exists_here_since_collectstatic_asks(on_emulator, oss_emulator):
    storage = on_emulator(OSSStaticStorage, location="static")
    assert not storage.exists("")
    assert not storage.exists("css")
    oss_emulator.put("static/css/a.css", b"")
    oss_emulator.put("static/css-old.css", b"")
    assert storage.exists("")
    assert storage.exists("css")
    assert storage.exists("css/")
    assert storage.exists("css/a.css")
    assert not storage.exists("css/b.css")
    assert not storage.exists("css-old")
