"""The plain functions beneath the template tags."""

from datetime import timedelta
from pathlib import PurePosixPath
from types import SimpleNamespace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.core.files.storage import InMemoryStorage, storages
from django.db.models import FileField
from django.db.models.fields.files import FieldFile
from django.test import RequestFactory

from django_oss_share.links import image_url, object_url, redirect_to_object
from django_oss_share.oss import InvalidArgument, InvalidExpiry

KEYS = {"access_key": "LTAItest", "secret_key": "secret", "region_name": "cn-hangzhou"}


@pytest.fixture(autouse=True)
def two_buckets(settings):
    settings.STORAGES = {
        "default": {
            "BACKEND": "django_oss_share.storage.OSSStorage",
            "OPTIONS": {**KEYS, "bucket_name": "first-bucket", "querystring_expire": 1234},
        },
        "archive": {
            "BACKEND": "django_oss_share.storage.OSSStorage",
            "OPTIONS": {**KEYS, "bucket_name": "second-bucket"},
        },
        "memory": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }


def file_of(name, alias="archive"):
    field = FileField(storage=storages[alias])
    field.name = "scan"
    return FieldFile(SimpleNamespace(pk=7), field, name)


def query_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_bare_name_is_looked_for_in_the_default_storage():
    url = object_url("季度/报告 1.pdf")
    assert urlsplit(url).hostname == "first-bucket.oss-cn-hangzhou.aliyuncs.com"
    assert unquote(urlsplit(url).path) == "/季度/报告 1.pdf"
    assert query_of(url)["x-oss-expires"] == "1234"


def test_a_bare_name_may_live_in_another_storage():
    assert object_url(PurePosixPath("a/b.pdf"), storage="archive").startswith("https://second-bucket.")


def test_a_file_knows_its_storage():
    assert object_url(file_of("a/b.pdf")).startswith("https://second-bucket.oss-cn-hangzhou.aliyuncs.com/a/b.pdf?")


@pytest.mark.parametrize(
    ("options", "parameter", "value"),
    [
        ({"download": True}, "response-content-disposition", "attachment"),
        ({"download": False}, "response-content-disposition", "inline"),
        ({"filename": "q3.pdf"}, "response-content-disposition", 'attachment; filename="q3.pdf"'),
        ({"expires": 60}, "x-oss-expires", "60"),
        ({"expires": timedelta(hours=1)}, "x-oss-expires", "3600"),
        ({"process": "image/resize,w_100"}, "x-oss-process", "image/resize,w_100"),
        ({"process": {"resize": {"width": 100}}}, "x-oss-process", "image/resize,w_100"),
        ({"version_id": "CAEQ"}, "versionId", "CAEQ"),
        ({"content_type": "text/plain;charset=gb18030"}, "response-content-type", "text/plain;charset=gb18030"),
    ],
)
def test_each_option_is_asked_of_oss(options, parameter, value):
    assert query_of(object_url("a.pdf", **options))[parameter] == value


@pytest.mark.parametrize("target", ["", "file"])
def test_nothing_to_link_to_is_said_with_its_place(target):
    with pytest.raises(InvalidArgument, match=r"'scan' of namespace\(pk=7\) is empty" if target else "name is empty"):
        object_url(file_of("") if target else "")


@pytest.mark.parametrize("target", [None, 7, SimpleNamespace()])
def test_a_target_of_another_kind_is_refused(target):
    with pytest.raises(InvalidArgument, match="pass a model's file, the name of an object or a share"):
        object_url(target)


def test_an_unknown_storage_is_refused_with_the_nearest():
    with pytest.raises(InvalidArgument, match=r"storage='archiv' is not a key of STORAGES; did you mean 'archive'\?"):
        object_url("a.pdf", storage="archiv")


def test_a_file_and_a_storage_contradict_each_other():
    with pytest.raises(InvalidArgument, match="'scan' of .* knows its storage"):
        object_url(file_of("a.pdf"), storage="default")


def test_a_storage_that_cannot_presign_is_refused_by_its_class():
    assert isinstance(storages["memory"], InMemoryStorage)
    with pytest.raises(InvalidArgument, match="'a.pdf' is in a InMemoryStorage, which cannot presign"):
        object_url("a.pdf", storage="memory", download=True)


def test_a_picture_is_turned_upright_resized_and_converted_in_that_order():
    url = image_url("a.png", quality=80, format="webp", height=2, width=1, mode="fill", auto_orient=True, expires=60)
    assert query_of(url)["x-oss-process"] == ("image/auto-orient,1/resize,m_fill,w_1,h_2/format,webp/quality,q_80")
    assert query_of(url)["x-oss-expires"] == "60"


def test_a_picture_may_be_enlarged_when_told():
    assert query_of(image_url("a.png", width=9, limit=False))["x-oss-process"] == "image/resize,w_9,limit_0"


def test_a_style_stands_for_everything():
    assert query_of(image_url("a.png", style="small"))["x-oss-process"] == "style/small"
    with pytest.raises(InvalidArgument, match="style cannot be combined"):
        image_url("a.png", style="small", width=3)


def test_a_picture_with_a_mark():
    url = image_url("a.png", width=9, rotate=90, watermark="内部", gravity="se", opacity=60)
    assert query_of(url)["x-oss-process"] == "image/rotate,90/resize,w_9/watermark,text_5YaF6YOo,g_se,t_60"
    url = image_url("a.png", watermark_image="logo.png", format="webp")
    assert query_of(url)["x-oss-process"] == "image/watermark,image_bG9nby5wbmc/format,webp"


def test_a_picture_as_it_is_needs_no_image_url():
    with pytest.raises(InvalidArgument, match="at least one operation"):
        image_url("a.png")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0}, "resize.width=0 is not allowed; use a whole number, 1 to 16384"),
        ({"format": "exe"}, "format='exe' is not allowed"),
        ({"quality": 101}, "quality=101 is not allowed"),
    ],
)
def test_what_oss_does_not_take_is_named(options, message):
    with pytest.raises(InvalidArgument, match=message):
        image_url("a.png", **options)


def test_a_redirect_leads_to_a_link_that_soon_dies():
    response = redirect_to_object(RequestFactory().get("/"), file_of("a/b.pdf"), filename="季度.pdf")
    assert response.status_code == 302
    assert response.url.startswith("https://second-bucket.oss-cn-hangzhou.aliyuncs.com/a/b.pdf?")
    query = query_of(response.url)
    assert query["x-oss-expires"] == "60"
    assert query["response-content-disposition"].endswith("filename*=UTF-8''%E5%AD%A3%E5%BA%A6.pdf")


def test_a_redirect_is_neither_cached_nor_indexed_nor_told_where_it_came_from():
    headers = redirect_to_object(RequestFactory().get("/"), "a.pdf").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"


def test_a_redirect_may_live_longer_and_look_elsewhere():
    response = redirect_to_object(RequestFactory().get("/"), "a.pdf", expires=300, storage="archive")
    assert response.url.startswith("https://second-bucket.")
    assert query_of(response.url)["x-oss-expires"] == "300"


def test_a_redirect_of_head_is_signed_for_head():
    """Each answers to its own method: the signatures cover it."""
    signatures = set()
    for _ in range(20):  # until both were signed within one second
        get = query_of(redirect_to_object(RequestFactory().get("/"), "a.pdf").url)
        head = query_of(redirect_to_object(RequestFactory().head("/"), "a.pdf").url)
        if get["x-oss-date"] == head["x-oss-date"]:
            signatures = {get["x-oss-signature"], head["x-oss-signature"]}
            break
    assert len(signatures) == 2


def test_a_post_is_followed_by_a_get():
    for _ in range(20):
        post = query_of(redirect_to_object(RequestFactory().post("/"), "a.pdf").url)
        get = query_of(redirect_to_object(RequestFactory().get("/"), "a.pdf").url)
        if get["x-oss-date"] == post["x-oss-date"]:
            break
    assert post == get


def test_a_lifetime_of_nothing_is_refused():
    with pytest.raises(InvalidExpiry, match="expires_in=0 is not in the future"):
        redirect_to_object(RequestFactory().get("/"), "a.pdf", expires=0)
