"""The emulator as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import alibabacloud_oss_v2 as oss
import pytest
import requests

from .clients import sdk

MODULE = ["-m", "django_oss_share.testing.emulator"]
COMMAND = ["-m", "django", "oss_emulator"]


@contextmanager
def running(*flags: str, way: list[str] = MODULE) -> Iterator[SimpleNamespace]:
    """The process' facts, and the process."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "project_settings"}
    environment["PYTHONPATH"] = str(Path(__file__).parent.parent)
    process = subprocess.Popen(
        [sys.executable, *way, *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        facts = json.loads(process.stdout.readline() or "{}")
        yield SimpleNamespace(process=process, **facts)
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize("way", [MODULE, COMMAND], ids=["module", "command"])
def test_one_line_of_facts_and_a_clean_end(tmp_path, way):
    with running("--root", str(tmp_path), "--bucket", "one-bucket", "--bucket", "two-bucket", way=way) as emulator:
        assert set(vars(emulator)) == {
            *("process", "endpoint", "sts_endpoint", "region", "bucket", "access_key_id", "access_key_secret"),
        }
        assert (emulator.region, emulator.bucket) == ("cn-hangzhou", "one-bucket")
        client = sdk(emulator)
        client.put_object(oss.PutObjectRequest("two-bucket", "a", body=b"x"))
        emulator.process.terminate()
        rest, errors = emulator.process.communicate(timeout=20)
    assert (emulator.process.returncode, rest, errors) == (0, "", "")


def test_the_same_root_has_the_same_keys_and_objects(tmp_path):
    with running("--root", str(tmp_path)) as first:
        sdk(first).put_object(oss.PutObjectRequest("examplebucket", "a", body=b"x"))
    with running("--root", str(tmp_path)) as second:
        assert second.access_key_id == first.access_key_id
        assert sdk(second).get_object(oss.GetObjectRequest("examplebucket", "a")).body.content == b"x"


def test_what_was_answered_survives_a_kill(tmp_path):
    with running("--root", str(tmp_path)) as first:
        for number in range(20):
            sdk(first).put_object(oss.PutObjectRequest("examplebucket", f"{number}", body=bytes(number)))
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(timeout=20)
    with running("--root", str(tmp_path)) as second:
        client = sdk(second)
        for number in range(20):
            assert client.get_object(oss.GetObjectRequest("examplebucket", f"{number}")).body.content == bytes(number)


def test_flags(tmp_path):
    flags = ["--region", "cn-beijing", "--access-key-id", "LTAImine", "--access-key-secret", "mine"]
    with running(*flags, "--root", str(tmp_path), "--cname", "files.example.com=examplebucket") as emulator:
        assert (emulator.region, emulator.access_key_id, emulator.access_key_secret) == (
            *("cn-beijing", "LTAImine", "mine"),
        )
        client = sdk(emulator)
        client.put_bucket_acl(oss.PutBucketAclRequest("examplebucket", acl="public-read"))
        client.put_object(oss.PutObjectRequest("examplebucket", "a", body=b"x"))
        answer = requests.get(f"{emulator.endpoint}/a", headers={"Host": "Files.Example.com:80"}, timeout=10)
        assert answer.content == b"x"


def test_interrupt_is_an_end_like_any_other(tmp_path):
    with running("--root", str(tmp_path)) as emulator:
        emulator.process.send_signal(signal.SIGINT)
        _, errors = emulator.process.communicate(timeout=20)
    assert (emulator.process.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    ("flags", "status", "said"),
    [
        (["--bucket", "Bad_Bucket"], 1, "InvalidBucketName"),
        (["--cname", "files.example.com"], 2, "'files.example.com' is not HOST=BUCKET"),
        (["--cname", "localhost=examplebucket"], 1, "'localhost' cannot be a custom domain"),
        (["--host", "203.0.113.1"], 1, "cannot start"),
        (["--port", "http"], 2, "--port"),
        (["--port", "65536"], 2, "'65536' is not a port"),
        (["--root", "/proc/nowhere"], 1, "cannot start"),
    ],
)
def test_what_it_cannot_do(tmp_path, flags, status, said):
    root = [] if "--root" in flags else ["--root", str(tmp_path)]
    done = subprocess.run([sys.executable, *MODULE, *root, *flags], capture_output=True, text=True, timeout=30)

    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken(tmp_path):
    with running("--root", str(tmp_path / "one")) as emulator:
        port = emulator.endpoint.rpartition(":")[2]
        done = subprocess.run(
            [sys.executable, *MODULE, "--root", str(tmp_path / "two"), "--port", port],
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert done.returncode == 1
    assert "Address already in use" in done.stderr
