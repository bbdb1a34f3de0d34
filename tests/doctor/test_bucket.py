"""What is found of a bucket: against the emulator with its real rules, and for facts alone where those are many."""

from __future__ import annotations

import json
import re
import time
from io import StringIO
from pathlib import Path

import alibabacloud_oss_v2 as oss
import oss2
import pytest
from cdn_stand_in import CDN, serving
from django.core.management import CommandError, call_command
from emulator.clients import OSS2_IS_OLD, sdk

from django_oss_share.oss.bucket_settings import CORSRule
from django_oss_share.oss.errors import PermissionDenied
from django_oss_share.oss.referer import RefererRule
from django_oss_share.services import doctor as doctor_package
from django_oss_share.services.doctor import bucket_findings as judged
from django_oss_share.services.doctor.bucket import Examination, examine
from django_oss_share.services.doctor.bucket_findings import Finding, Level
from django_oss_share.services.errors import UnknownStorage
from django_oss_share.storage import SuspiciousName
from django_oss_share.testing import Fault, Kind

BACKEND = "django_oss_share.storage.OSSStorage"
CHECKS = [
    "clock",
    "region",
    "acl",
    "policy",
    "referer",
    "cors",
    "versioning",
    "list",
    "put",
    "get",
    "https",
    "link",
    "delete",
]
# Words of their source that are none.
NO_CAUSES = {"is_ok"}
READ = ("oss:GetObject", "oss:GetBucketLocation")
pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(oss_emulator, settings):
    """The emulator's, as the storage ``default``."""
    use(settings, oss_emulator)
    return oss_emulator


def use(settings, emulator, **options) -> None:
    settings.STORAGES = {"default": {"BACKEND": BACKEND, "OPTIONS": emulator.storage_options(**options)}}


def only(settings, emulator, *actions: str) -> None:
    """The storage signs for a RAM user who may do no more."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    user = emulator.add_user("links", json.dumps({"Version": "1", "Statement": [statement]}))
    use(settings, emulator, access_key=user.access_key_id, secret_key=user.access_key_secret)


def keep_versions(emulator) -> None:
    wanted = oss.VersioningConfiguration(status="Enabled")
    sdk(emulator).put_bucket_versioning(oss.PutBucketVersioningRequest(emulator.bucket, wanted))


def allow_scripts_of(emulator, origin: str) -> None:
    wanted = oss.CORSConfiguration([oss.CORSRule(allowed_origins=[origin], allowed_methods=["PUT"])])
    sdk(emulator).put_bucket_cors(oss.PutBucketCorsRequest(emulator.bucket, wanted))


def refer(emulator, *allowed: str, empty: bool = True) -> None:
    wanted = oss.RefererConfiguration(allow_empty_referer=empty, referer_list=oss.RefererList(referers=list(allowed)))
    sdk(emulator).put_bucket_referer(oss.PutBucketRefererRequest(emulator.bucket, referer_configuration=wanted))


def set_policy(emulator, **statement: object) -> None:
    document = {"Version": "1", "Statement": [{"Principal": ["*"], "Resource": ["acs:oss:*:*:*"], **statement}]}
    sdk(emulator).put_bucket_policy(oss.PutBucketPolicyRequest(emulator.bucket, body=json.dumps(document)))


def left_over(emulator) -> list[str]:
    """Versions and delete markers."""
    listed = sdk(emulator).list_object_versions(oss.ListObjectVersionsRequest(emulator.bucket))
    return [each.key for each in [*(listed.version or ()), *(listed.delete_marker or ())]]


def found(examination: Examination, check: str) -> Finding:
    (finding,) = [each for each in examination.findings if each.check == check]
    return finding


def worse_than_ok(examination: Examination) -> dict[str, str]:
    return {each.check: each.cause for each in examination.findings if each.level is not Level.OK}


# With the emulator


def test_a_sound_bucket(bucket):
    refer(bucket, "https://www.example.com")
    allow_scripts_of(bucket, "https://www.example.com")
    keep_versions(bucket)
    examination = examine("default")
    assert [each.check for each in examination.findings] == CHECKS
    assert worse_than_ok(examination) == {}
    assert examination.is_ok and json.loads(json.dumps(examination.as_dict()))["is_ok"] is True


def test_a_new_bucket_gets_advice_and_one_warning(bucket):
    examination = examine("default")
    assert worse_than_ok(examination) == {"referer": "no_referer_rule", "cors": "no_cors", "versioning": "no_versions"}
    assert not examination.is_ok and all(each.cure for each in examination.findings if each.level is not Level.OK)


@pytest.mark.parametrize("versioned", [False, True])
def test_the_probe_leaves_nothing(bucket, settings, versioned):
    if versioned:
        keep_versions(bucket)
    use(settings, bucket, location="team")
    assert found(examine("default", prefix="季度/a b%+"), "delete").level is Level.OK
    assert bucket.calls["PutObject"] == 1 == bucket.calls["DeleteObject"]
    assert left_over(bucket) == []


@pytest.mark.parametrize("operation", ["GetObject", "PutObject"])
def test_the_probe_leaves_nothing_when_something_fails_midway(bucket, operation):
    bucket.faults.add(Fault(Kind.LOSE_ANSWER, operation=operation, key="oss-share-probe/*", times=1))
    check = {"GetObject": "get", "PutObject": "put"}[operation]
    assert found(examine("default"), check).cause == "unreachable"
    assert left_over(bucket) == []


def test_of_a_probe_that_was_not_stored_nothing_further_is_said(bucket):
    bucket.faults.add(Fault("status", operation="PutObject", status=503))
    examination = examine("default")
    assert found(examination, "put").cause == "unreachable"
    assert found(examination, "get").cause == "ok"
    assert not [each for each in examination.findings if each.check == "link"]


def test_a_probe_that_cannot_be_removed_is_named(bucket, settings):
    only(settings, bucket, "oss:GetObject", "oss:PutObject", "oss:GetBucketLocation")
    finding = found(examine("default"), "delete")
    (key,) = bucket.keys()
    assert (finding.level, finding.cause) == (Level.WARNING, "no_permission")
    assert f"oss://{bucket.bucket}/{key}" in finding.cure


def test_who_may_only_read(bucket, settings):
    only(settings, bucket, *READ)
    examination = examine("default")
    causes = worse_than_ok(examination)
    unseen = ("acl", "policy", "referer", "cors", "versioning")
    assert {check: causes.pop(check) for check in unseen} == dict.fromkeys(unseen, "no_permission")
    assert causes == {"list": "no_permission", "put": "no_permission"}
    assert "oss:GetBucketReferer" in found(examination, "referer").cure
    assert "may read objects" in found(examination, "get").explanation
    assert bucket.keys() == []


def test_who_may_not_read(bucket, settings):
    only(settings, bucket, "oss:PutObject", "oss:DeleteObject", "oss:GetBucketLocation")
    causes = {each.check: (each.level, each.cause) for each in examine("default").findings}
    assert causes["get"] == causes["link"] == (Level.ERROR, "no_permission")
    assert left_over(bucket) == []
    only(settings, bucket, "oss:GetBucketLocation")
    assert found(examine("default"), "get").level is Level.ERROR


@pytest.mark.parametrize(("acl", "level"), [("public-read", Level.WARNING), ("public-read-write", Level.ERROR)])
def test_a_public_bucket(bucket, acl, level):
    sdk(bucket).put_bucket_acl(oss.PutBucketAclRequest(bucket.bucket, acl=acl))
    finding = found(examine("default"), "acl")
    assert (finding.level, finding.cause) == (level, acl.replace("-", "_"))
    assert ("replace" in finding.explanation) == (acl == "public-read-write")


def test_a_referer_rule_that_shuts_out_the_pages_of_shares(bucket):
    refer(bucket, "https://www.example.com", empty=False)
    examination = examine("default")
    assert found(examination, "referer").level is Level.ERROR
    assert found(examination, "link").cause == "referer_denied", "and so it is"


@OSS2_IS_OLD
def test_links_by_a_cdn(bucket, settings):
    auth = oss2.AuthV4(bucket.access_key_id, bucket.access_key_secret)
    pulling = oss2.Bucket(auth, bucket.endpoint, bucket.bucket, region=bucket.region, is_path_style=True)
    cdn = CDN("A", "aliyuncdnexp1234", pulling)
    cdn.now = lambda: int(time.time())
    with serving(cdn) as domain:
        use(settings, bucket, cdn={"domain": domain, "key": "aliyuncdnexp1234"}, url_protocol="http:")
        assert found(examine("default"), "link").level is Level.OK
        assert [key.startswith("oss-share-probe/") for key in cdn.pulled] == [True]
        use(settings, bucket, cdn={"domain": domain, "key": "another-key-than-set"}, url_protocol="http:")
        finding = found(examine("default"), "link")
    assert finding.level is Level.ERROR and f"http://{domain}" in finding.explanation
    assert left_over(bucket) == []


def test_a_policy_that_denies_links(bucket):
    set_policy(bucket, Effect="Deny", Action=["oss:GetObject"])
    examination = examine("default")
    assert found(examination, "policy").cause == "policy_denied"
    assert found(examination, "get").cause == "no_permission"
    assert left_over(bucket) == []


def test_a_policy_that_opens_the_bucket(bucket):
    set_policy(bucket, Effect="Allow", Action=["oss:GetObject"])
    assert (found(examine("default"), "policy").level, found(examine("default"), "policy").cause) == (
        Level.ERROR,
        "public_policy",
    )


def test_scripts_of_any_page(bucket):
    allow_scripts_of(bucket, "*")
    assert found(examine("default"), "cors").cause == "cors_for_everybody"


@pytest.mark.parametrize(("seconds", "level"), [(50, Level.OK), (-75, Level.WARNING), (700, Level.ERROR)])
def test_a_clock_that_is_off(bucket, seconds, level):
    bucket.clock_offset = seconds
    finding = found(examine("default"), "clock")
    assert finding.level is level
    assert ("ahead of" in finding.explanation) == (seconds == -75)


def test_a_clock_so_far_off_that_oss_refuses_all(bucket):
    bucket.clock_offset = -1200
    causes = [(each.check, each.cause) for each in examine("default").findings]
    assert causes == [("clock", "clock_skew"), ("region", "clock_skew")]


def test_nobody_answers(settings, bucket):
    use(settings, bucket, endpoint_url="http://127.0.0.1:9")
    (finding,) = examine("default").findings
    assert (finding.check, finding.cause) == ("clock", "unreachable")


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ({"access_key": "LTAIunknown"}, "unknown_access_key"),
        ({"secret_key": "planted-secret"}, "wrong_secret"),
        ({"bucket_name": "no-such-bucket"}, "no_bucket"),
        ({"access_key": None, "secret_key": None}, "no_credentials"),
    ],
)
def test_what_makes_all_else_useless_is_told_alone(settings, bucket, monkeypatch, options, cause):
    for name in ("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET"):
        monkeypatch.delenv(name, raising=False)
    use(settings, bucket, **options)
    examination = examine("default")
    assert [each.cause for each in examination.findings] == ["ok", cause]
    assert "planted-secret" not in str(examination.as_dict())


def test_oss_is_ill(bucket):
    bucket.faults.add(Fault(Kind.STATUS, operation="GetBucketAcl", status=503))
    assert (found(examine("default"), "acl").level, found(examine("default"), "acl").cause) == (
        Level.UNKNOWN,
        "unreachable",
    )


def test_no_such_storage(bucket):
    with pytest.raises(UnknownStorage, match="known: 'default'"):
        examine("archive")


@pytest.mark.parametrize("prefix", ["../", "a/../../b"])
def test_a_prefix_that_leads_out(bucket, prefix):
    with pytest.raises(SuspiciousName):
        examine("default", prefix=prefix)
    assert bucket.calls["PutObject"] == 0


# By the command


def doctor(*arguments: str) -> tuple[int, str]:
    """Its exit code, and what it prints."""
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("oss_doctor", *arguments, stdout=out)
    return int(end.value.code or 0), out.getvalue()


def test_the_command_tells_each_finding_with_its_cure(bucket):
    code, told = doctor("--bucket", "default")
    assert code == 1
    assert f"default: oss://{bucket.bucket}\n" in told
    assert "\n  warning  referer     No Referer rule is set" in told
    assert "\n                       List your own sites by manage.py oss_referer" in told
    refer(bucket, "https://www.example.com")
    assert doctor("--bucket", "default")[0] == 0, "the rest is advice"


def test_the_command_tells_it_as_json(bucket):
    code, told = doctor("--bucket", "default", "--json", "--prefix", "tmp/")
    known = json.loads(told)
    assert (code, known["storage"], known["bucket"], known["is_ok"]) == (1, "default", bucket.bucket, False)
    assert {"check", "level", "cause", "explanation", "cure"} == set(known["findings"][0])
    assert "\n" not in told.rstrip("\n") and bucket.access_key_secret not in told


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "either a link or --bucket"),
        (("https://a.example/", "--bucket", "default"), "either a link or --bucket"),
        (("--bucket", "archive"), "no alias of STORAGES"),
        (("--bucket", ""), "no alias of STORAGES"),
        (("--bucket", "default", "--prefix", "../"), "cannot be looked at"),
    ],
)
def test_the_command_refuses_what_is_no_bucket(bucket, arguments, problem):
    with pytest.raises(CommandError, match=problem) as refused:
        call_command("oss_doctor", *arguments)
    assert refused.value.returncode == 2


def test_all_that_is_found_is_in_the_documentation(bucket):
    page = (Path(__file__).parents[2] / "docs" / "checks.md").read_text()
    table = page[page.index("| check |") : page.index("The last four rows")]
    package = Path(doctor_package.__file__).parent
    source = "".join((package / f"{name}.py").read_text() for name in ("bucket", "bucket_findings", "probing"))
    for check in CHECKS:
        assert f"`{check}`" in table
    for cause in re.findall(r'"([a-z]+_[a-z_]+)"', source):
        # An ACL's cause is made from it.
        assert f"`{cause}`" in table or cause in NO_CAUSES, cause


# By facts alone


@pytest.mark.parametrize(
    ("document", "causes"),
    [
        (None, ["ok"]),
        ({}, ["ok"]),
        ({"Statement": []}, ["ok"]),
        ({"Statement": ["not a statement"]}, ["ok"]),
        ({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "oss:*"}}, ["public_policy"]),
        ({"Statement": [{"Effect": "Allow", "Principal": ["1234567890"], "Action": "oss:*"}]}, ["ok"]),
        (
            {"Statement": [{"Effect": "Deny", "Principal": ["*"], "NotAction": ["oss:Get*"]}, {"Effect": "Deny"}]},
            ["policy_denied", "policy_denied"],
        ),
    ],
)
def test_policies(document, causes):
    assert [each.cause for each in judged.of_policy(document)] == causes


def test_a_condition_makes_a_public_policy_milder():
    statement = {"Effect": "Allow", "Principal": ["*"], "Action": ["oss:GetObject"], "Condition": {"IpAddress": {}}}
    (finding,) = judged.of_policy({"Statement": [statement]})
    assert finding.level is Level.ADVICE and "under a condition" in finding.explanation


def test_a_bucket_that_is_asked_as_one_of_another_region(bucket, settings):
    use(settings, bucket, region_name="cn-beijing")
    *_, last = examine("default").findings
    assert (last.check, last.level, last.cause) == ("region", Level.ERROR, "wrong_region")
    assert "region_name" in last.cure
    assert bucket.calls["PutObject"] == 0


def test_a_bucket_that_lies_at_another_endpoint(bucket, monkeypatch):
    said = "The bucket you are attempting to access must be addressed using the specified endpoint."

    def refused(self):
        raise PermissionDenied(f"GetBucketLocation oss://examplebucket/: AccessDenied (403): {said}", status=403)

    monkeypatch.setattr("django_oss_share.oss.bucket_settings.SettingsClient.region", refused)
    *_, last = examine("default").findings
    assert (last.check, last.level, last.cause) == ("region", Level.ERROR, "wrong_region")


def test_a_region_that_is_not_the_bucket_s():
    finding = judged.of_region("cn-shanghai", "cn-hangzhou")
    assert (finding.level, finding.cause) == (Level.ERROR, "wrong_region")
    assert "'cn-shanghai'" in finding.cure
    assert judged.of_region("cn-shanghai", "").level is Level.OK, "V1 signs none"


def test_any_page_may_read_but_not_write():
    rules = (CORSRule(("*",), ("GET", "HEAD")), CORSRule(("*", "https://a.example"), ("DELETE",)))
    assert [each.cause for each in judged.of_cors(rules)] == ["ok", "cors_for_everybody"]


def test_denied_pages_alone_let_the_empty_referer_in():
    rule = RefererRule(denied=("https://thief.example",), allow_empty=False)
    assert judged.of_referer(rule).level is Level.OK
