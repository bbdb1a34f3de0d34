"""The admin of credentials and grants: who sees what, what a step does, and that nothing secret is on a page twice."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.urls import include, path, reverse
from django.utils import timezone

from django_oss_share.models import Action, AuditEvent, Grant, StoredCredentials
from django_oss_share.services import grants
from django_oss_share.testing import Fault, Kind

pytestmark = pytest.mark.django_db(transaction=True)

urlpatterns = [path("s/", include("django_oss_share.urls")), path("admin/", admin.site.urls)]
CREDENTIALS = "admin:oss_share_storedcredentials_changelist"
GRANTS = "admin:oss_share_grant_changelist"
ADD = "admin:oss_share_grant_add"
FORM = {
    "recipient": "Acme",
    "storage": "default",
    "folder": "team/",
    "actions": ["list", "put"],
    "duration": "3600",
    "note": "",
}


@pytest.fixture(autouse=True)
def site(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def staff(client):
    """A function: a client of a member of the staff with these permissions."""

    def log_in(*permissions: str):
        user = User.objects.create_user(f"user-{User.objects.count()}", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client

    return log_in


def said(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def refresh_now(client):
    row = StoredCredentials.objects.get()
    return client.post(reverse(CREDENTIALS), {"action": "refresh_now", "_selected_action": [row.pk]})


class TestCredentials:
    def test_what_is_shown(self, role, staff):
        role.refresh()
        client = staff("view_storedcredentials")
        shown = client.get(reverse(CREDENTIALS)).content.decode()
        assert "oss-current" in shown
        assert "14\xa0minutes left" in shown
        row = StoredCredentials.objects.get()
        page = client.get(reverse("admin:oss_share_storedcredentials_change", args=[row.pk])).content.decode()
        given = role.retrieve()
        for secret in (given.access_key_id, given.access_key_secret, given.security_token, row.sealed, row.fingerprint):
            assert secret not in shown + page

    @pytest.mark.parametrize(("seconds", "state"), [(0, "ended"), (50, "pressing"), (250, "due")])
    def test_states(self, role, staff, seconds, state):
        role.refresh()
        end = timezone.now() + timedelta(seconds=seconds)
        StoredCredentials.objects.update(expires_at=end, refreshed_at=end - timedelta(seconds=870))
        assert f"oss-{state}" in staff("view_storedcredentials").get(reverse(CREDENTIALS)).content.decode()

    def test_a_failure_is_shown_with_its_next_try(self, role, staff, oss_emulator):
        role.refresh()
        oss_emulator.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=503))
        client = staff("view_storedcredentials", "refresh_credentials")
        assert "was not refreshed: STS AssumeRole refused: ServiceUnavailable" in said(refresh_now(client))
        assert "ServiceUnavailable" in client.get(reverse(CREDENTIALS)).content.decode()

    def test_refresh_now_is_audited(self, role, staff, oss_emulator):
        role.refresh()
        client = staff("view_storedcredentials", "refresh_credentials")
        assert said(refresh_now(client)) == "default: refreshed."
        assert oss_emulator.calls["AssumeRole"] == 2
        event = AuditEvent.objects.filter(action=Action.CREDENTIALS_REFRESHED).latest("id")
        assert event.actor == User.objects.get()

    def test_who_may_not(self, role, staff, oss_emulator):
        role.refresh()
        client = staff("view_storedcredentials")
        assert "refresh_now" not in client.get(reverse(CREDENTIALS)).content.decode()
        refresh_now(client)
        assert oss_emulator.calls["AssumeRole"] == 1
        assert staff().get(reverse(CREDENTIALS)).status_code == 403

    def test_nothing_can_be_changed(self, role, staff):
        role.refresh()
        client = staff(*Permission.objects.values_list("codename", flat=True))
        row = StoredCredentials.objects.get()
        for page in ("change", "delete"):
            address = reverse(f"admin:oss_share_storedcredentials_{page}", args=[row.pk])
            assert client.post(address, {"name": "x", "post": "yes"}).status_code == 403
        assert client.get(reverse("admin:oss_share_storedcredentials_add")).status_code == 403


class TestGrants:
    def test_granting_shows_the_credentials_once(self, role, staff):
        client = staff("grant_access")
        assert "cannot be taken back" in client.get(reverse(ADD)).content.decode()
        response = client.post(reverse(ADD), FORM)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        shown = response.content.decode()
        (secret,) = re.findall(r"OSS_ACCESS_KEY_SECRET=(\S+)", shown)
        (token,) = re.findall(r"OSS_SESSION_TOKEN=(?:&#x27;)?([^\s&]+)", shown)
        assert "ossutil ls oss://examplebucket/team/" in shown
        grant = Grant.objects.get()
        assert (grant.recipient, grant.actions, grant.created_by) == ("Acme", ["list", "put"], User.objects.get())
        pages = [reverse(GRANTS), reverse("admin:oss_share_grant_change", args=[grant.pk])]
        for page in pages:
            found = client.get(page).content.decode()
            assert "Acme" in found
            assert secret not in found
            assert token not in found

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"folder": "team"}, "must name a folder"),
            ({"folder": "../"}, "leave the storage"),
            ({"actions": []}, "This field is required"),
            ({"duration": "60"}, "Select a valid choice"),
            ({"storage": "elsewhere"}, "Select a valid choice"),
            ({"recipient": ""}, "This field is required"),
        ],
    )
    def test_what_is_wrong_is_said_on_the_form(self, role, staff, oss_emulator, change, error):
        shown = staff("grant_access").post(reverse(ADD), {**FORM, **change}).content.decode()
        assert error in shown
        assert oss_emulator.calls["AssumeRole"] == 0

    def test_sts_down(self, role, staff, oss_emulator):
        oss_emulator.faults.add(Fault(Kind.STATUS, operation="AssumeRole", status=503))
        assert "ServiceUnavailable" in staff("grant_access").post(reverse(ADD), FORM).content.decode()
        assert not Grant.objects.exists()

    def test_who_sees_which(self, role, staff):
        other = User.objects.create_user("other")
        grants.create("team/", recipient="Of another")
        client = staff("grant_access")
        client.post(reverse(ADD), FORM)
        own = client.get(reverse(GRANTS)).content.decode()
        assert "Acme" in own
        assert "Of another" not in own
        foreign = Grant.objects.get(created_by=None)
        assert client.get(reverse("admin:oss_share_grant_change", args=[foreign.pk])).status_code == 302
        everything = staff("view_grant").get(reverse(GRANTS)).content.decode()
        assert "Acme" in everything
        assert "Of another" in everything
        assert other not in User.objects.filter(is_staff=True)

    def test_who_may_not(self, role, staff, oss_emulator):
        client = staff("view_grant")
        assert client.get(reverse(ADD)).status_code == 403
        assert client.post(reverse(ADD), FORM).status_code == 403
        assert staff().get(reverse(GRANTS)).status_code == 403
        assert oss_emulator.calls["AssumeRole"] == 0

    def test_states_and_search(self, role, staff):
        grants.create("team/", recipient="Acme")
        ended = grants.create("team/", recipient="Umbrella").grant
        Grant.objects.filter(pk=ended.pk).update(expires_at=timezone.now())
        client = staff("view_grant")
        assert "Umbrella" not in client.get(reverse(GRANTS), {"state": "active"}).content.decode()
        assert "Acme" not in client.get(reverse(GRANTS), {"state": "ended"}).content.decode()
        found = client.get(reverse(GRANTS), {"q": ended.access_key_id}).content.decode()
        assert "Umbrella" in found
        assert "Acme" not in found

    def test_nothing_is_changed_or_deleted(self, role, staff):
        grant = grants.create("team/", recipient="Acme").grant
        client = staff(*Permission.objects.values_list("codename", flat=True))
        for page in ("change", "delete"):
            address = reverse(f"admin:oss_share_grant_{page}", args=[grant.pk])
            assert client.post(address, {"recipient": "x", "post": "yes"}).status_code == 403
