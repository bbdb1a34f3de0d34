"""Grants: what they open at the emulator, what they do not, and what is written down."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import alibabacloud_oss_v2 as oss
import pytest
from django.contrib.auth.models import Permission, User

from django_oss_share.models import Action, AuditEvent, Grant
from django_oss_share.models.guards import Undeletable
from django_oss_share.oss import InvalidArgument, OSSShareError
from django_oss_share.providers import RefreshFailed, UnknownProvider
from django_oss_share.services import grants
from django_oss_share.services.errors import NotAllowed
from django_oss_share.storage import SuspiciousName
from django_oss_share.testing import Fault, Kind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("role")]


@pytest.fixture
def bucket(oss_emulator):
    for key in ("team/a.txt", "team/b.txt", "team2/a.txt", "other.txt"):
        oss_emulator.put(key, b"content of " + key.encode())
    return oss_emulator


def client(issued: grants.Issued) -> oss.Client:
    config = oss.config.load_default()
    given = issued.credentials
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(
        given.access_key_id, given.access_key_secret, given.security_token
    )
    config.region, config.endpoint, config.use_path_style = issued.endpoint.region, issued.endpoint.url, True
    config.retry_max_attempts = 1
    return oss.Client(config)


def allowed(act) -> bool:
    try:
        act()
    except oss.exceptions.OperationError as error:
        assert error.unwrap().code == "AccessDenied", error
        return False
    return True


def what_it_opens(issued: grants.Issued, bucket) -> dict[str, bool]:
    name = bucket.bucket
    asks = client(issued)
    return {
        "list": allowed(lambda: asks.list_objects_v2(oss.ListObjectsV2Request(name, prefix="team/"))),
        "list all": allowed(lambda: asks.list_objects_v2(oss.ListObjectsV2Request(name))),
        "list next": allowed(lambda: asks.list_objects_v2(oss.ListObjectsV2Request(name, prefix="team2/"))),
        "get": allowed(lambda: asks.get_object(oss.GetObjectRequest(name, "team/a.txt"))),
        "get next": allowed(lambda: asks.get_object(oss.GetObjectRequest(name, "team2/a.txt"))),
        "put": allowed(lambda: asks.put_object(oss.PutObjectRequest(name, "team/new.txt", body=b"new"))),
        "put next": allowed(lambda: asks.put_object(oss.PutObjectRequest(name, "team2/new.txt", body=b"new"))),
        "copy": allowed(
            lambda: asks.copy_object(
                oss.CopyObjectRequest(name, "team/copy.txt", source_bucket=name, source_key="team/a.txt")
            )
        ),
        "copy out": allowed(
            lambda: asks.copy_object(
                oss.CopyObjectRequest(name, "out.txt", source_bucket=name, source_key="team/a.txt")
            )
        ),
        "copy in": allowed(
            lambda: asks.copy_object(
                oss.CopyObjectRequest(name, "team/in.txt", source_bucket=name, source_key="other.txt")
            )
        ),
        "delete": allowed(lambda: asks.delete_object(oss.DeleteObjectRequest(name, "team/b.txt"))),
    }


@pytest.mark.parametrize(
    ("actions", "opened"),
    [
        (["list"], {"list"}),
        (["get"], {"get"}),
        (["list", "get"], {"list", "get"}),
        (["put"], {"put"}),
        (["copy"], {"get", "put", "copy"}),
        (["list", "get", "put", "copy"], {"list", "get", "put", "copy"}),
    ],
    ids=lambda names: "-".join(sorted(names)),
)
def test_what_a_grant_opens_and_nothing_else(bucket, actions, opened):
    found = what_it_opens(grants.create("team/", recipient="Acme", actions=actions), bucket)
    assert {what for what, may in found.items() if may} == opened


def test_a_multipart_upload(bucket):
    asks = client(grants.create("team/", recipient="Acme", actions=["put"]))
    name, key = bucket.bucket, "team/big.bin"
    upload = asks.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(name, key)).upload_id
    part = asks.upload_part(oss.UploadPartRequest(name, key, upload_id=upload, part_number=1, body=b"x" * 1000))
    asks.list_parts(oss.ListPartsRequest(name, key, upload_id=upload))
    asks.complete_multipart_upload(
        oss.CompleteMultipartUploadRequest(
            name,
            key,
            upload_id=upload,
            complete_multipart_upload=oss.CompleteMultipartUpload(parts=[oss.UploadPart(1, part.etag)]),
        )
    )
    assert bucket.get(key) == b"x" * 1000


def test_it_ends(bucket):
    issued = grants.create("team/", recipient="Acme", duration=timedelta(hours=1))
    asks = client(issued)
    bucket.clock_offset = 3601
    with pytest.raises(oss.exceptions.OperationError) as caught:
        asks.get_object(oss.GetObjectRequest(bucket.bucket, "team/a.txt"))
    assert "Expired" in caught.value.unwrap().code or "Skewed" in caught.value.unwrap().code


def test_the_record_and_the_audit(bucket):
    user = User.objects.create_superuser("alice")
    issued = grants.create(
        "team/", recipient=" Acme ", actions=["get", "list"], duration=7200, note="for the fair", by=user
    )
    grant = Grant.objects.get()
    assert (grant.recipient, grant.note, grant.actions) == ("Acme", "for the fair", ["list", "get"])
    assert (grant.bucket, grant.prefix, grant.duration, grant.created_by) == (bucket.bucket, "team/", 7200, user)
    assert grant.expires_at == issued.credentials.expiration
    assert grant.expires_at - datetime.now(UTC) == pytest.approx(timedelta(hours=2), abs=timedelta(seconds=5))
    event = AuditEvent.objects.get(action=Action.GRANTED)
    assert (event.actor, event.storage, event.key) == (user, "default", "team/")
    assert event.data["grant"] == grant.pk
    assert event.data["actions"] == ["list", "get"]
    for secret in (issued.credentials.access_key_secret, issued.credentials.security_token):
        assert secret not in str(Grant.objects.values().get()) + str(AuditEvent.objects.values().get())
        assert secret not in repr(issued)


def test_states():
    grants.create("team/", recipient="Acme")
    later = datetime.now(UTC) + timedelta(hours=2)
    grant = Grant.objects.active().get()
    assert grant.is_active()
    assert not grant.is_active(later)
    assert Grant.objects.ended(later).get() == grant
    assert str(grant) == "Acme: oss://examplebucket/team/"


def test_grants_are_not_deleted():
    grant = grants.create("team/", recipient="Acme").grant
    with pytest.raises(Undeletable):
        grant.delete()
    with pytest.raises(Undeletable):
        Grant.objects.all().delete()


def test_who_may(bucket):
    user = User.objects.create_user("bob")
    with pytest.raises(NotAllowed, match="oss_share.grant_access"):
        grants.create("team/", recipient="Acme", by=user)
    assert bucket.calls["AssumeRole"] == 0
    user.user_permissions.add(Permission.objects.get(codename="grant_access"))
    assert grants.create("team/", recipient="Acme", by=User.objects.get(pk=user.pk)).grant.created_by_label == "bob"


@pytest.mark.parametrize(
    ("values", "kind", "said"),
    [
        ({"recipient": " "}, InvalidArgument, "recipient must have 1 to 200 characters"),
        ({"recipient": "a\x00"}, InvalidArgument, "no control characters"),
        ({"duration": 899}, InvalidArgument, "DURATION=899"),
        ({"duration": 43_201}, InvalidArgument, "DURATION=43201"),
        ({"duration": "1h"}, InvalidArgument, "neither an int"),
        ({"actions": ["delete"]}, InvalidArgument, "must be some of"),
        ({"prefix": "team"}, InvalidArgument, "must name a folder"),
        ({"prefix": "../"}, SuspiciousName, "leave the storage"),
        ({"storage": "elsewhere"}, OSSShareError, "no alias of STORAGES"),
        ({"credentials": "unknown"}, UnknownProvider, "not a key of OSS_SHARE"),
    ],
)
def test_bad_inputs(bucket, values, kind, said):
    prefix = values.pop("prefix", "team/")
    with pytest.raises(kind, match=said):
        grants.create(prefix, **{"recipient": "Acme", **values})
    assert bucket.calls["AssumeRole"] == 0
    assert not Grant.objects.exists()


def test_a_role_that_gives_no_such_duration(bucket, settings, role_settings):
    short = bucket.add_role("short", max_session_duration=3600).arn
    settings.OSS_SHARE = {"CREDENTIALS": {"default": {**role_settings, "ROLE_ARN": short}}}
    with pytest.raises(RefreshFailed, match="InvalidParameter.DurationSeconds"):
        grants.create("team/", recipient="Acme", duration=7200)


def test_sts_down_grants_nothing(bucket):
    bucket.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=503))
    with pytest.raises(RefreshFailed):
        grants.create("team/", recipient="Acme")
    assert not Grant.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_storage_with_a_location_grants_below_it(bucket, settings):
    options = {**settings.STORAGES["default"]["OPTIONS"], "location": "team"}
    settings.STORAGES = {"default": {**settings.STORAGES["default"], "OPTIONS": options}}
    bucket.put("team/sub/a.txt", b"content")
    assert grants.create("", recipient="Acme").grant.prefix == "team/"
    assert grants.create("sub/", recipient="Acme").grant.prefix == "team/sub/"


def test_a_storage_with_keys_names_the_way_out(bucket, settings):
    settings.STORAGES = {
        "default": {**settings.STORAGES["default"], "OPTIONS": bucket.storage_options()},
    }
    with pytest.raises(UnknownProvider, match="name a set .* 'assume_role'"):
        grants.create("team/", recipient="Acme")
    assert grants.create("team/", recipient="Acme", credentials="default").grant.pk


def test_tools_connect_to_oss_itself(bucket, settings):
    place = {"bucket_name": "examplebucket", "region_name": "cn-hangzhou", "credentials": "default"}
    settings.STORAGES = {
        alias: {**settings.STORAGES["default"], "OPTIONS": {**place, **more}}
        for alias, more in {
            "domain": {"custom_domain": "files.example.com"},
            "internal": {"io_endpoint_url": "https://oss-cn-hangzhou-internal.aliyuncs.com"},
        }.items()
    }
    for alias in settings.STORAGES:
        issued = grants.create("team/", recipient="Acme", storage=alias)
        assert "\nexport OSS_ENDPOINT=https://oss-cn-hangzhou.aliyuncs.com\nossutil ls oss://" in issued.shell


@pytest.mark.parametrize(
    ("actions", "shown"),
    [(["list", "get"], "team/a.txt 21"), (["get"], None), (["put"], None)],
    ids=["list", "get", "put"],
)
def test_the_snippets_run_as_they_are(bucket, actions, shown):
    bucket.put("team/FILE", b"content")
    issued = grants.create("team/", recipient="Acme", actions=actions)
    *exports, command = issued.shell.splitlines()
    assert command.startswith(f"ossutil {'ls' if 'list' in actions else 'cp'} ")
    script = "\n".join([*exports, f'{sys.executable} -c "$SCRIPT"'])
    done = subprocess.run(
        ["sh", "-c", script], env={"SCRIPT": issued.python, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (shown or "") in done.stdout
    assert issued.credentials.access_key_secret not in issued.python
