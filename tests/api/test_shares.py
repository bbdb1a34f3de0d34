"""Shares over the API: made, listed, changed, ended, by those who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from shares.factories import make_share, make_user

from api.asking import log_in, refused, told
from django_oss_share.models import AuditEvent, Share, State
from django_oss_share.services import shares, tokens

pytestmark = pytest.mark.django_db

SHARES = "/api/v1/shares/"
HOUR = timedelta(hours=1)


def step(share: Share, name: str) -> str:
    return f"{SHARES}{share.pk}/{name}/"


def test_a_share_is_made_as_by_the_service(oss):
    client, ann = log_in("ann", "share_object")
    asked = {
        "key": "reports/q3.pdf",
        "expires_in": 3600,
        "password": "correct horse battery",
        "max_downloads": 3,
        "allowed_networks": ["10.0.0.0/8"],
        "filename": "Q3.pdf",
        "name": "季度 & <b>",
    }
    made = told(client.post(SHARES, asked), 201)
    share = Share.objects.get()
    assert made["id"] == share.pk
    assert made["url"] == f"http://testserver/s/{tokens.make(share)}/"
    assert (made["state"], made["owner"], made["has_password"]) == ("active", "ann", True)
    assert (made["name"], made["max_downloads"], made["allowed_networks"]) == ("季度 & <b>", 3, ["10.0.0.0/8"])
    assert share.created_by == ann
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id, event.address) == ("created", ann.pk, "203.0.113.7")
    assert told(client.get(f"{SHARES}{share.pk}/")) == made
    assert told(client.get(SHARES)) == {"results": [made], "next": None}


def test_selections_and_folders(oss):
    client, _ = log_in("ann", "share_object")
    oss.put("reports/q4.pdf", b"4")
    assert told(client.post(SHARES, {"keys": ["reports/q4.pdf", "reports/q3.pdf"]}), 201)["keys"] == [
        "reports/q4.pdf",
        "reports/q3.pdf",
    ]
    folder = told(client.post(SHARES, {"prefix": "reports/"}), 201)
    assert (folder["kind"], folder["key"], folder["keys"]) == ("prefix", "reports/", [])


def test_never_is_null(settings):
    settings.OSS_SHARE = {"MAX_EXPIRY": None}
    client, _ = log_in("ann", "share_object")
    made = told(client.post(SHARES, {"key": "a", "check": False, "expires_at": None}), 201)
    assert made["expires_at"] is None
    settings.OSS_SHARE = {}
    assert "may live 365 days" in refused(client.post(SHARES, {"key": "a", "expires_at": None}), 400, "expires_at")


BAD = [
    ({}, "key", "exactly one of key, keys and prefix"),
    ({"key": "a", "prefix": "b/"}, "key", "exactly one"),
    ({"key": ""}, "key", 'key="": must not be empty'),
    ({"key": "../a"}, "key", "'../a'"),
    ({"key": "/a"}, "key", "'/a'"),
    ({"key": "a\0"}, "key", "Null characters"),
    ({"key": "季" * 342}, "key", "1026 bytes"),
    ({"key": 5}, "key", "key=5: must be a text"),
    ({"keys": []}, "keys", "0 entries; allowed are 1 to 200"),
    ({"keys": ["a"] * 201}, "keys", "201 entries"),
    ({"keys": "ab"}, "keys", "list of texts"),
    ({"keys": ["a", 5]}, "keys", "list of texts"),
    ({"prefix": "team"}, "prefix", "must end in '/'"),
    ({"prefix": "../"}, "prefix", "'../'"),
    ({"key": "a", "storage": "nowhere"}, "storage", "known: 'default', 'archive'"),
    ({"key": "a", "storage": "local"}, "storage", "shares need an OSSStorage"),
    ({"key": "a", "expires_in": 0}, "expires_in", "expires_in=0: must be a whole number of 1 to 3155760000"),
    ({"key": "a", "expires_in": 0.5}, "expires_in", "expires_in=0.5"),
    ({"key": "a", "expires_in": "1 hour"}, "expires_in", '"1 hour"'),
    ({"key": "a", "expires_in": 10**400}, "expires_in", "must be a whole number"),
    ({"key": "a", "expires_in": 10**9}, "expires_in", "may live 365 days"),
    ({"key": "a", "expires_in": 60, "expires_at": "2050-01-01T00:00:00Z"}, "expires_in", "exclude each other"),
    ({"key": "a", "expires_at": "2050-01-01T00:00:00"}, "expires_at", "with its zone"),
    ({"key": "a", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at", "is not after now"),
    ({"key": "a", "expires_at": "9999-12-31T23:59:59-12:00"}, "expires_at", "with its zone"),
    ({"key": "a", "max_downloads": 0}, "max_downloads", "1 to 2147483647"),
    ({"key": "a", "max_downloads": 2**31}, "max_downloads", "2147483648"),
    ({"key": "a", "max_downloads": True}, "max_downloads", "max_downloads=true"),
    ({"key": "a", "allowed_networks": ["10.0.0.5/8"]}, "allowed_networks", "meant 10.0.0.0/8?"),
    ({"key": "a", "allowed_networks": "10.0.0.0/8"}, "allowed_networks", "list of texts"),
    ({"key": "a", "disposition": "both"}, "disposition", "allowed are 'attachment', 'inline'"),
    ({"key": "a", "name": "x" * 201}, "name", "allowed are 200 at most"),
    ({"key": "a", "name": None}, "name", "name"),
    ({"key": "a", "filename": "a\r\nb"}, "filename", "filename"),
    ({"key": "a", "expire_in": 60}, "expire_in", "did you mean 'expires_in'?"),
    ({"key": "a", "allow_zip": True}, "allow_zip", "OSS_SHARE['ALLOW_ZIP'] is off"),
    ({"key": "a", "allow_zip": 1}, "allow_zip", "true or false"),
    ({"key": "a", "password": "short"}, "password", "password has 5 characters; allowed are 10"),
    ({"key": "a", "password": "x" * 2000}, "password", "allowed are 1024"),
]


@pytest.mark.parametrize(("body", "field", "words"), BAD, ids=[str(each[0])[:60] for each in BAD])
def test_a_bad_input_is_told_with_its_field_its_value_and_what_is_allowed(body, field, words):
    client, _ = log_in("ann", "share_object")
    response = client.post(SHARES, body)
    detail = refused(response, 400, field)
    assert words in detail
    assert "short" not in response.content.decode()
    assert "xxxx" * 60 not in response.content.decode()
    assert not Share.objects.exists()


def test_several_errors_are_told_at_once():
    client, _ = log_in("ann", "share_object")
    problem = told(client.post(SHARES, {"key": "a", "max_downloads": 0, "mode": "x"}), 400)
    assert [error["field"] for error in problem["errors"]] == ["mode", "max_downloads"]


def test_what_is_not_there_is_not_shared(oss):
    client, _ = log_in("ann", "share_object")
    assert "nothing/here" in refused(client.post(SHARES, {"key": "nothing/here"}), 404)


def test_settings_are_changed_one_by_one():
    client, ann = log_in("ann", "share_object")
    share = make_share(created_by=ann, name="old", max_downloads=1)
    changed = told(client.patch(f"{SHARES}{share.pk}/", {"name": "new", "max_downloads": None}))
    assert (changed["name"], changed["max_downloads"]) == ("new", None)
    assert "did you mean" in refused(client.patch(f"{SHARES}{share.pk}/", {"nam": "x"}), 400, "nam")
    assert "'expires_at'" not in refused(client.patch(f"{SHARES}{share.pk}/", {"expires_at": None}), 400, "expires_at")


def test_steps():
    client, ann = log_in("ann", "share_object")
    share = make_share(created_by=ann, expires_at=timezone.now() - HOUR)
    first = shares.get_url(share)
    assert told(client.post(step(share, "revive"), {"max_downloads": 5}))["state"] == "active"
    assert told(client.post(step(share, "extend"), {"expires_in": 60}))["state"] == "active"
    assert told(client.post(step(share, "extend"), {"expires_at": "2027-01-01T08:00:00+08:00"}))["expires_at"] == (
        "2027-01-01T00:00:00Z"
    )
    assert told(client.post(step(share, "password"), {"password": "correct horse battery"}))["has_password"]
    assert not told(client.post(step(share, "password"), {"password": None}))["has_password"]
    assert first not in told(client.post(step(share, "rotate")))["url"]
    revoked = told(client.post(step(share, "revoke"), {"reason": "sent in error"}))
    assert (revoked["state"], revoked["url"]) == ("revoked", None)
    told(client.post(step(share, "revoke")))
    problem = told(client.post(step(share, "rotate")), 409)
    assert (problem["state"], "was revoked" in problem["detail"]) == ("revoked", True)
    events = told(client.get(step(share, "events")))["results"]
    actions = ["revoked", "rotated", "password_set", "password_set", "extended", "extended", "revived"]
    assert [event["action"] for event in events] == actions
    assert events[0]["reason"] == "sent in error"


@pytest.mark.parametrize("body", [{}, {"expires_in": 60, "expires_at": None}])
def test_an_end_is_said_in_one_way(body):
    client, ann = log_in("ann", "share_object")
    assert "exactly one" in refused(client.post(step(make_share(created_by=ann), "extend"), body), 400, "expires_at")


def test_it_is_handed_over_and_then_out_of_sight():
    client, ann = log_in("ann", "share_object")
    bob = make_user("bob")
    share = make_share(created_by=ann)
    assert "no such user" in refused(client.post(step(share, "hand-over"), {"to": "bop"}), 400, "to")
    handed = told(client.post(step(share, "hand-over"), {"to": "bob"}))
    assert (handed["owner"], handed["url"]) == ("bob", None)
    assert Share.objects.get().created_by == bob
    refused(client.get(f"{SHARES}{share.pk}/"), 404)


def test_owners_see_their_own_and_who_may_see_all_sees_no_links():
    client, ann = log_in("ann", "share_object")
    own, other = make_share(created_by=ann), make_share(created_by=make_user("bob"))
    assert [each["id"] for each in told(client.get(SHARES))["results"]] == [own.pk]
    refused(client.get(f"{SHARES}{other.pk}/"), 404)
    refused(client.post(step(other, "revoke")), 404)
    viewer, _ = log_in("eve", "view_all_shares")
    seen = told(viewer.get(SHARES))["results"]
    assert [(each["id"], each["url"]) for each in seen] == [(other.pk, None), (own.pk, None)]
    assert tokens.make(own) not in viewer.get(f"{SHARES}{own.pk}/").content.decode()
    assert "change_all_shares" in refused(viewer.post(step(own, "revoke")), 403)
    changer, _ = log_in("chef", "change_all_shares")
    assert tokens.make(own) in told(changer.get(f"{SHARES}{own.pk}/"))["url"]


def test_filters():
    now = timezone.now()
    client, ann = log_in("ann", "share_object")
    active = make_share(created_by=ann, storage="archive", key="a/b.txt")
    expired = make_share(created_by=ann, expires_at=now - HOUR)
    above = make_share(created_by=ann, storage="archive", kind="prefix", key="a/")

    def ids(**query: object) -> list[int]:
        return [each["id"] for each in told(client.get(SHARES, query))["results"]]

    assert ids(state="expired") == [expired.pk]
    assert ids(storage="archive") == [above.pk, active.pk]
    assert ids(storage="archive", key="a/b.txt") == [above.pk, active.pk]
    assert ids(key="a/b.txt") == []
    assert ids(owner="ann", state="active", storage="default") == []
    assert ids(owner="nobody") == ids(owner=f"{'n' * 240}@example.com") == []
    for query, field in [
        ({"state": "gone"}, "state"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "201"}, "page_size"),
        ({"page_size": "٣"}, "page_size"),
        ({"cursor": ""}, "cursor"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": str(2**63)}, "cursor"),
        ({"owner": "a\0"}, "owner"),
        ({"sort": "x"}, "sort"),
    ]:
        refused(client.get(SHARES, query), 400, field)
    assert "allowed are 'scheduled', 'active'" in refused(client.get(SHARES, {"state": "gone"}), 400)


def test_a_user_that_there_is_not_owns_nothing():
    make_share(created_by=None)
    viewer, _ = log_in("eve", "view_all_shares")
    assert len(told(viewer.get(SHARES))["results"]) == 1
    assert told(viewer.get(SHARES, {"owner": "nobody"}))["results"] == []


def test_pages_follow_each_other():
    client, ann = log_in("ann", "share_object")
    made = [make_share(created_by=ann, name=str(number)).pk for number in range(5)]
    seen, address = [], f"{SHARES}?page_size=2&state={State.ACTIVE}"
    while address:
        page = told(client.get(address))
        seen += [each["id"] for each in page["results"]]
        make_share(created_by=ann)  # what comes meanwhile moves nothing
        address = page["next"]
    assert seen == made[::-1]


def test_groups_reach_their_folders_only(settings):
    settings.OSS_SHARE = {"PREFIXES": ["team/"]}
    client, _ = log_in("ann", "share_object", "browse_bucket")
    assert "'team/'" in refused(client.post(SHARES, {"key": "other/a", "check": False}), 403)
    refused(client.post("/api/v1/presign/", {"keys": ["team/a", "other/a"]}), 403)
    refused(client.get("/api/v1/objects/metadata/", {"key": "other/a"}), 403)
    refused(client.get("/api/v1/objects/", {"prefix": "other/"}), 403)
    assert told(client.get("/api/v1/objects/"))["folders"] == [{"name": "team", "key": "team/"}]
    told(client.post(SHARES, {"key": "team/a", "check": False}), 201)
