"""Buckets, and what is configured for them."""

from __future__ import annotations

import json

import alibabacloud_oss_v2 as oss
import pytest
import requests

from django_oss_share.testing import OSSError

from .clients import refused, sdk


def test_making_and_removing(client, oss_emulator):
    client.put_bucket(oss.PutBucketRequest("new-bucket", acl="public-read"))
    info = client.get_bucket_info(oss.GetBucketInfoRequest("new-bucket")).bucket_info

    assert (info.name, info.location, info.acl) == ("new-bucket", "oss-cn-hangzhou", "public-read")
    assert info.owner.id == oss_emulator.accounts.account_id
    assert client.get_bucket_location(oss.GetBucketLocationRequest("new-bucket")).location == "oss-cn-hangzhou"
    client.delete_bucket(oss.DeleteBucketRequest("new-bucket"))
    with refused(404, "NoSuchBucket"):
        client.get_bucket_info(oss.GetBucketInfoRequest("new-bucket"))


@pytest.mark.parametrize("name", ["ab", "Bad-Name", "-dash", "dash-", "under_score", "x" * 64])
def test_names_that_oss_refuses(oss_emulator, name):
    with pytest.raises(OSSError) as caught:
        oss_emulator.add_bucket(name)

    assert (caught.value.status, caught.value.code) == (400, "InvalidBucketName")
    answer = requests.get(f"{oss_emulator.endpoint}/{name}/key", timeout=10)
    assert (answer.status_code, "<Code>InvalidBucketName</Code>" in answer.text) == (400, True)


def test_making_it_again_changes_only_what_is_said(client, bucket, oss_emulator):
    oss_emulator.put("a", b"x")
    client.put_bucket(oss.PutBucketRequest(bucket, acl="public-read"))
    client.put_bucket(oss.PutBucketRequest(bucket))

    assert client.get_bucket_acl(oss.GetBucketAclRequest(bucket)).acl == "public-read"
    assert oss_emulator.keys() == ["a"]


def test_a_domain_that_nobody_bound_is_no_such_bucket(oss_emulator):
    answer = requests.get(f"{oss_emulator.endpoint}/a", headers={"Host": "files.example.com"}, timeout=10)

    assert (answer.status_code, "<Code>NoSuchBucket</Code>" in answer.text) == (404, True)


def test_one_that_holds_something_stays(client, bucket, oss_emulator):
    oss_emulator.put("a", b"x")
    with refused(409, "BucketNotEmpty"):
        client.delete_bucket(oss.DeleteBucketRequest(bucket))
    client.delete_object(oss.DeleteObjectRequest(bucket, "a"))
    upload_id = client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(bucket, "b")).upload_id
    with refused(409, "BucketNotEmpty"):
        client.delete_bucket(oss.DeleteBucketRequest(bucket))
    client.abort_multipart_upload(oss.AbortMultipartUploadRequest(bucket, "b", upload_id=upload_id))

    client.delete_bucket(oss.DeleteBucketRequest(bucket))


def test_its_size(client, bucket, oss_emulator):
    oss_emulator.put("a", b"12345")
    oss_emulator.put("b", b"67")
    client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(bucket, "c"))

    stat = client.get_bucket_stat(oss.GetBucketStatRequest(bucket))

    assert (stat.storage, stat.object_count, stat.multi_part_upload_count) == (7, 2, 1)


def test_whether_it_exists(client, bucket):
    assert client.is_bucket_exist(bucket)
    assert not client.is_bucket_exist("no-such-bucket")


class TestACLs:
    def test_of_a_bucket(self, client, bucket):
        assert client.get_bucket_acl(oss.GetBucketAclRequest(bucket)).acl == "private"
        client.put_bucket_acl(oss.PutBucketAclRequest(bucket, acl="public-read"))
        assert client.get_bucket_acl(oss.GetBucketAclRequest(bucket)).acl == "public-read"
        with refused(400, "InvalidArgument"):
            client.put_bucket_acl(oss.PutBucketAclRequest(bucket, acl="default"))

    def test_of_an_object(self, client, bucket, oss_emulator):
        oss_emulator.put("a", b"x")
        url = f"{oss_emulator.endpoint}/{bucket}/a"

        assert client.get_object_acl(oss.GetObjectAclRequest(bucket, "a")).acl == "default"
        assert requests.get(url, timeout=10).status_code == 403
        client.put_object_acl(oss.PutObjectAclRequest(bucket, "a", acl="public-read"))
        assert client.get_object_acl(oss.GetObjectAclRequest(bucket, "a")).acl == "public-read"
        assert requests.get(url, timeout=10).content == b"x"
        client.put_bucket_acl(oss.PutBucketAclRequest(bucket, acl="public-read"))
        client.put_object_acl(oss.PutObjectAclRequest(bucket, "a", acl="private"))
        assert requests.get(url, timeout=10).status_code == 403

    def test_what_anybody_may_do_in_a_public_bucket(self, client, bucket, oss_emulator):
        anonymous = sdk(oss_emulator, anonymous=True)
        for acl, may_read, may_write in [
            ("private", False, False),
            ("public-read", True, False),
            ("public-read-write", True, True),
        ]:
            client.put_bucket_acl(oss.PutBucketAclRequest(bucket, acl=acl))
            oss_emulator.put("there", b"x")
            assert _allowed(lambda: anonymous.get_object(oss.GetObjectRequest(bucket, "there"))) is may_read
            assert _allowed(lambda: anonymous.list_objects_v2(oss.ListObjectsV2Request(bucket))) is may_read
            assert _allowed(lambda: anonymous.put_object(oss.PutObjectRequest(bucket, "n", body=b""))) is may_write
            assert _allowed(lambda: anonymous.delete_object(oss.DeleteObjectRequest(bucket, "n"))) is may_write
            assert not _allowed(lambda: anonymous.put_bucket_acl(oss.PutBucketAclRequest(bucket, acl="private")))


def _allowed(call) -> bool:
    try:
        call()
    except oss.exceptions.OperationError as error:
        assert error.unwrap().code == "AccessDenied"
        return False
    return True


class TestTags:
    def test_of_an_object(self, client, bucket, oss_emulator):
        oss_emulator.put("a", b"x")
        tags = oss.Tagging(tag_set=oss.TagSet(tags=[oss.Tag(key="名", value="值"), oss.Tag(key="b", value="")]))

        client.put_object_tagging(oss.PutObjectTaggingRequest(bucket, "a", tagging=tags))
        got = client.get_object_tagging(oss.GetObjectTaggingRequest(bucket, "a")).tag_set

        assert [(tag.key, tag.value or "") for tag in got.tags] == [("名", "值"), ("b", "")]
        client.delete_object_tagging(oss.DeleteObjectTaggingRequest(bucket, "a"))
        assert not client.get_object_tagging(oss.GetObjectTaggingRequest(bucket, "a")).tag_set.tags

    def test_of_a_bucket(self, client, bucket):
        tags = oss.Tagging(tag_set=oss.TagSet(tags=[oss.Tag(key="k", value="v")]))

        client.put_bucket_tags(oss.PutBucketTagsRequest(bucket, tagging=tags))

        (tag,) = client.get_bucket_tags(oss.GetBucketTagsRequest(bucket)).tagging.tag_set.tags
        assert (tag.key, tag.value) == ("k", "v")
        client.delete_bucket_tags(oss.DeleteBucketTagsRequest(bucket))
        assert not client.get_bucket_tags(oss.GetBucketTagsRequest(bucket)).tagging.tag_set.tags


class TestDeletingMany:
    def delete(self, client, bucket, keys, **options):
        return client.delete_multiple_objects(
            oss.DeleteMultipleObjectsRequest(
                bucket,
                encoding_type="url",
                delete=oss.Delete(objects=[oss.DeleteObject(key=key) for key in keys], **options),
            )
        )

    def test_those_named_and_no_others(self, client, bucket, oss_emulator):
        for key in ("a b+c%.txt", "季度", "keep"):
            oss_emulator.put(key, b"x")

        answer = self.delete(client, bucket, ["a b+c%.txt", "季度", "never there"])

        assert [each.key for each in answer.deleted_objects] == ["a b+c%.txt", "季度", "never there"]
        assert oss_emulator.keys() == ["keep"]

    def test_quietly(self, client, bucket, oss_emulator):
        oss_emulator.put("a", b"x")

        assert not self.delete(client, bucket, ["a"], quiet=True).deleted_objects
        assert oss_emulator.keys() == []

    def test_a_thousand_but_no_more(self, client, bucket, oss_emulator):
        keys = [f"{number:04}" for number in range(1000)]
        for key in keys[:10]:
            oss_emulator.put(key, b"")

        with refused(400, "MalformedXML"):
            self.delete(client, bucket, [*keys, "one more"])
        assert len(self.delete(client, bucket, keys).deleted_objects) == 1000
        assert oss_emulator.keys() == []

    def test_all_or_none_where_some_are_not_allowed(self, bucket, oss_emulator):
        for key in ("mine/a", "yours/b"):
            oss_emulator.put(key, b"x")
        statement = {"Effect": "Allow", "Action": "oss:DeleteObject", "Resource": f"acs:oss:*:*:{bucket}/mine/*"}
        user = oss_emulator.add_user("u", json.dumps({"Version": "1", "Statement": [statement]}))
        client = sdk(oss_emulator, keys=(user.access_key_id, user.access_key_secret))

        with refused(403, "AccessDenied"):
            self.delete(client, bucket, ["mine/a", "yours/b"])
        assert oss_emulator.keys() == ["mine/a", "yours/b"]
        self.delete(client, bucket, ["mine/a"])
        assert oss_emulator.keys() == ["yours/b"]

    def test_the_body_must_be_what_its_md5_says(self, client, bucket):
        with refused(400, "InvalidDigest"):
            client.delete_multiple_objects(
                oss.DeleteMultipleObjectsRequest(
                    bucket,
                    delete=oss.Delete(objects=[oss.DeleteObject(key="a")]),
                    headers={"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="},
                )
            )


class TestReferers:
    def test_a_list_of_sites(self, client, bucket, oss_emulator):
        oss_emulator.put("a.png", b"x")
        client.put_bucket_referer(
            oss.PutBucketRefererRequest(
                bucket,
                referer_configuration=oss.RefererConfiguration(
                    allow_empty_referer=False,
                    referer_list=oss.RefererList(referers=["https://www.example.com", "https://*.example.org"]),
                    referer_blacklist=oss.RefererBlacklist(referers=["https://bad.example.org"]),
                ),
            )
        )
        link = client.presign(oss.GetObjectRequest(bucket, "a.png")).url

        def status(referer: str | None) -> int:
            return requests.get(link, headers={"Referer": referer} if referer else {}, timeout=10).status_code

        assert status("https://www.example.com/page?x=1") == 200
        assert status("https://cdn.example.org/") == 200
        assert status("https://bad.example.org/") == 403
        assert status("https://elsewhere.example.net/") == 403
        assert status(None) == 403
        got = client.get_bucket_referer(oss.GetBucketRefererRequest(bucket)).referer_configuration
        assert got.allow_empty_referer is False
        assert got.referer_list.referers == ["https://www.example.com", "https://*.example.org"]
        assert got.referer_blacklist.referers == ["https://bad.example.org"]

    def test_none_by_default(self, client, bucket):
        got = client.get_bucket_referer(oss.GetBucketRefererRequest(bucket)).referer_configuration

        assert got.allow_empty_referer is True
        assert got.referer_list.referers is None


class TestPolicies:
    def test_one_that_opens_a_folder_to_everybody(self, client, bucket, oss_emulator):
        oss_emulator.put("open/a", b"x")
        oss_emulator.put("closed/a", b"x")
        policy = {
            "Version": "1",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["oss:GetObject"],
                    "Principal": ["*"],
                    "Resource": [f"acs:oss:*:*:{bucket}/open/*"],
                }
            ],
        }
        client.put_bucket_policy(oss.PutBucketPolicyRequest(bucket, body=json.dumps(policy)))

        assert requests.get(f"{oss_emulator.endpoint}/{bucket}/open/a", timeout=10).status_code == 200
        assert requests.get(f"{oss_emulator.endpoint}/{bucket}/closed/a", timeout=10).status_code == 403
        assert json.loads(client.get_bucket_policy(oss.GetBucketPolicyRequest(bucket)).body) == policy
        client.delete_bucket_policy(oss.DeleteBucketPolicyRequest(bucket))
        assert requests.get(f"{oss_emulator.endpoint}/{bucket}/open/a", timeout=10).status_code == 403
        with refused(404, "NoSuchBucketPolicy"):
            client.get_bucket_policy(oss.GetBucketPolicyRequest(bucket))

    def test_one_that_denies_the_owner_too(self, client, bucket, oss_emulator):
        oss_emulator.put("a", b"x")
        statement = {
            "Effect": "Deny",
            "Action": ["oss:GetObject"],
            "Principal": ["*"],
            "Resource": [f"acs:oss:*:*:{bucket}/*"],
        }
        client.put_bucket_policy(
            oss.PutBucketPolicyRequest(bucket, body=json.dumps({"Version": "1", "Statement": [statement]}))
        )

        with refused(403, "AccessDenied"):
            client.get_object(oss.GetObjectRequest(bucket, "a"))
        client.delete_bucket_policy(oss.DeleteBucketPolicyRequest(bucket))
        client.get_object(oss.GetObjectRequest(bucket, "a"))

    def test_one_that_is_none(self, client, bucket):
        for text in ("no JSON", "{}", '{"Version": "1", "Statement": []}'):
            with refused(400, "InvalidPolicyDocument"):
                client.put_bucket_policy(oss.PutBucketPolicyRequest(bucket, body=text))


class TestCORS:
    @pytest.fixture
    def rules(self, client, bucket):
        client.put_bucket_cors(
            oss.PutBucketCorsRequest(
                bucket,
                cors_configuration=oss.CORSConfiguration(
                    cors_rules=[
                        oss.CORSRule(
                            allowed_origins=["https://app.example.com"],
                            allowed_methods=["PUT", "GET"],
                            allowed_headers=["x-oss-*", "content-type"],
                            expose_headers=["ETag"],
                            max_age_seconds=600,
                        ),
                        oss.CORSRule(allowed_origins=["*"], allowed_methods=["GET"]),
                    ]
                ),
            )
        )

    def ask(self, oss_emulator, bucket, origin, method, headers=""):
        asked = {"Access-Control-Request-Headers": headers} if headers else {}
        return requests.options(
            f"{oss_emulator.endpoint}/{bucket}/a",
            headers={"Origin": origin, "Access-Control-Request-Method": method, **asked},
            timeout=10,
        )

    def test_what_a_browser_asks_first(self, rules, oss_emulator, bucket):
        answer = self.ask(oss_emulator, bucket, "https://app.example.com", "PUT", "Content-Type, x-oss-meta-a")

        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
        assert answer.headers["Access-Control-Allow-Methods"] == "PUT, GET"
        assert answer.headers["Access-Control-Allow-Headers"] == "content-type, x-oss-meta-a"
        assert answer.headers["Access-Control-Expose-Headers"] == "ETag"
        assert answer.headers["Access-Control-Max-Age"] == "600"

    def test_what_is_not_allowed(self, rules, oss_emulator, bucket):
        assert self.ask(oss_emulator, bucket, "https://evil.example.net", "PUT").status_code == 403
        assert self.ask(oss_emulator, bucket, "https://app.example.com", "DELETE").status_code == 403
        assert self.ask(oss_emulator, bucket, "https://app.example.com", "PUT", "authorization").status_code == 403
        assert self.ask(oss_emulator, bucket, "https://evil.example.net", "GET").status_code == 200

    def test_the_request_itself(self, rules, client, oss_emulator, bucket):
        oss_emulator.put("a", b"x")
        link = client.presign(oss.GetObjectRequest(bucket, "a")).url

        known = requests.get(link, headers={"Origin": "https://app.example.com"}, timeout=10)
        other = requests.get(link, headers={"Origin": "https://other.example.net"}, timeout=10)
        refused_too = requests.get(f"{link}0", headers={"Origin": "https://app.example.com"}, timeout=10)

        assert known.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
        assert other.headers["Access-Control-Allow-Origin"] == "*"
        assert refused_too.status_code == 403
        assert refused_too.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
        assert "Access-Control-Allow-Origin" not in requests.get(link, timeout=10).headers

    def test_they_can_be_read_back_and_removed(self, rules, client, bucket):
        got = client.get_bucket_cors(oss.GetBucketCorsRequest(bucket)).cors_configuration

        assert [rule.allowed_origins for rule in got.cors_rules] == [["https://app.example.com"], ["*"]]
        assert got.cors_rules[0].max_age_seconds == 600
        client.delete_bucket_cors(oss.DeleteBucketCorsRequest(bucket))
        with refused(404, "NoSuchCORSConfiguration"):
            client.get_bucket_cors(oss.GetBucketCorsRequest(bucket))


def test_what_the_emulator_does_not_know_is_not_implemented(client, bucket, oss_emulator):
    oss_emulator.put("a", b"x")

    with refused(501, "NotImplemented"):
        client.get_bucket_lifecycle(oss.GetBucketLifecycleRequest(bucket))
    with refused(501, "NotImplemented"):
        client.put_bucket_website(oss.PutBucketWebsiteRequest(bucket, website_configuration=oss.WebsiteConfiguration()))
    with refused(501, "NotImplemented"):
        client.restore_object(oss.RestoreObjectRequest(bucket, "a"))
    with refused(501, "NotImplemented"):
        client.process_object(oss.ProcessObjectRequest(bucket, "a", process="image/resize,w_1|sys/saveas,o_Yg"))
