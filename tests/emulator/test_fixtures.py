"""``OSSEmulator`` and the pytest fixtures, as other projects use them."""

from __future__ import annotations

import subprocess
import sys

import alibabacloud_oss_v2 as oss
import pytest

from django_oss_share.testing import Fault, Kind, OSSEmulator, OSSError

from .clients import refused, sdk

pytest_plugins = ["pytester"]


def test_each_test_gets_an_empty_one(oss_emulator_server, pytester):
    pytester.makepyfile(
        """
        import pytest
        from django_oss_share.testing import Fault, Kind

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(oss_emulator, oss_emulator_server, number):
            assert oss_emulator is oss_emulator_server
            assert oss_emulator.keys() == [] == oss_emulator.uploads()
            assert oss_emulator.bucket == "examplebucket"
            assert dict(oss_emulator.calls) == {}
            assert oss_emulator.clock_offset == 0
            assert oss_emulator.faults.match("GetObject", None) == {}
            oss_emulator.put("a", b"x")
            oss_emulator.clock_offset = 5
            oss_emulator.add_bucket("second-bucket")
            oss_emulator.add_cname("files.example.com", "second-bucket")
            oss_emulator.faults.add(Fault(Kind.RESET))
        """
    )
    pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:django").assert_outcomes(passed=2)


def test_a_run_that_does_not_ask_for_it_does_not_load_it(tmp_path):
    code = (
        "import sys, django_oss_share.testing.pytest_plugin; "
        "print([name for name in sys.modules if name.startswith('django.') or 'emulator' in name or 'alibaba' in name])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=tmp_path)

    assert done.stdout.strip() == "[]", done.stderr


def test_it_loads_neither_django_nor_the_sdk(tmp_path):
    code = (
        "import sys; from django_oss_share.testing import OSSEmulator\n"
        "with OSSEmulator() as emulator: emulator.put('a', b'x')\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'django', 'alibabacloud_oss_v2', 'PIL'}))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=tmp_path)

    assert done.stdout.strip() == "[]", done.stderr


def test_its_own_short_ways(oss_emulator):
    oss_emulator.put("季度", b"x", content_type="text/plain")
    oss_emulator.put("b", b"y")

    assert oss_emulator.get("季度") == b"x"
    assert oss_emulator.keys() == ["b", "季度"]
    assert oss_emulator.keys("季") == ["季度"]
    with pytest.raises(OSSError, match="404 NoSuchKey"):
        oss_emulator.get("nothing")


def test_the_options_of_a_storage(oss_emulator):
    options = oss_emulator.storage_options(location="media")

    assert options == {
        "bucket_name": "examplebucket",
        "region_name": "cn-hangzhou",
        "endpoint_url": oss_emulator.endpoint,
        "access_key": oss_emulator.access_key_id,
        "secret_key": oss_emulator.access_key_secret,
        "location": "media",
    }


def test_a_user_with_less_than_everything(oss_emulator):
    oss_emulator.put("a", b"x")
    user = oss_emulator.add_user(
        "reader",
        '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:GetObject", "Resource": "*"}]}',
    )
    client = sdk(oss_emulator, keys=(user.access_key_id, user.access_key_secret))

    assert client.get_object(oss.GetObjectRequest("examplebucket", "a")).body.content == b"x"
    with refused(403, "AccessDenied"):
        client.put_object(oss.PutObjectRequest("examplebucket", "a", body=b"y"))


def test_several_buckets_and_another_region():
    with OSSEmulator(buckets=["one-bucket", "two-bucket"], region="cn-beijing") as emulator:
        emulator.put("a", b"1")
        emulator.put("a", b"2", bucket="two-bucket")
        client = sdk(emulator)

        assert client.get_object(oss.GetObjectRequest("one-bucket", "a")).body.content == b"1"
        assert client.get_object(oss.GetObjectRequest("two-bucket", "a")).body.content == b"2"
        assert client.get_bucket_location(oss.GetBucketLocationRequest("two-bucket")).location == "oss-cn-beijing"


def test_many_keys_at_once(oss_emulator):
    for number in range(1500):
        oss_emulator.put(f"{number:04}", b"")

    assert len(oss_emulator.keys()) == 1500


def test_a_fault_that_lacks_its_number():
    with pytest.raises(ValueError, match="needs seconds"):
        Fault(Kind.HANG)
