from __future__ import annotations

import pytest
from django.core.management.base import CommandError
from file_requests.making import leave, make_request
from shares.conftest import offline, oss

__all__ = ["offline", "oss"]


@pytest.mark.django_db
def test_what_waits_is_examined(run, settings, oss):
    settings.OSS_SHARE = {"UPLOAD_SCANNER": "file_requests.scanners.scan"}
    request = make_request()
    leave(request)
    leave(request, content=b"a virus")
    assert run("oss_examine") == "1 accepted, 1 rejected, 0 put off, 0 given up.\n"
    assert run("oss_examine") == "0 accepted, 0 rejected, 0 put off, 0 given up.\n"


@pytest.mark.django_db
def test_a_scanner_that_is_none_is_told_in_one_line(run, settings):
    settings.OSS_SHARE = {"UPLOAD_SCANNER": "nowhere.scan"}
    with pytest.raises(CommandError, match="UPLOAD_SCANNER"):
        run("oss_examine")
