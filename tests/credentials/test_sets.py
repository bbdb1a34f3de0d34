"""The sets of ``OSS_SHARE["CREDENTIALS"]``: what is said of a wrong one, and what is never said."""

from __future__ import annotations

import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.views.debug import ExceptionReporter

from django_oss_share.models import StoredCredentials
from django_oss_share.oss import Credentials, OSSShareError
from django_oss_share.providers import (
    MemoryStore,
    Outcome,
    RefreshingProvider,
    credentials_source,
    refreshing_names,
    refreshing_provider,
    share_tokens_by,
)
from django_oss_share.services import sts
from django_oss_share.services.sts import DatabaseStore

from .making import LIFE, Clock, Source

SENTINEL = "planted-sentinel"
ROLE = {"PROVIDER": "assume_role", "ROLE_ARN": "acs:ram::1234567890123456:role/links"}
OIDC = {**ROLE, "PROVIDER": "oidc", "OIDC_PROVIDER_ARN": "acs:ram::1:oidc-provider/a", "OIDC_TOKEN_FILE": "/a"}


def sets(settings, **named):
    settings.OSS_SHARE = {"CREDENTIALS": named}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"PROVIDER": "vault"}, r"\['PROVIDER'\] is 'vault'; allowed are 'static', 'environment', 'assume_role', "),
        ({}, r"\['PROVIDER'\] is ''"),
        ({**ROLE, "ROLEARN": "x"}, r"unknown key 'ROLEARN'.*Did you mean 'ROLE_ARN'\?"),
        ({"PROVIDER": "assume_role"}, r"\['set'\]: ROLE_ARN is missing"),
        ({**ROLE, "ROLE_ARN": "links"}, r"ROLE_ARN='links' must look like 'acs:ram::\d+:role/name'"),
        ({**ROLE, "DURATION": 899}, "DURATION=899 is out of range; STS takes 900 to 43200"),
        ({**ROLE, "DURATION": 43_201}, "DURATION=43201 is out of range"),
        ({**ROLE, "DURATION": "1 hour"}, "DURATION='1 hour' is out of range"),
        ({**ROLE, "ROLE_SESSION_NAME": "a b"}, "ROLE_SESSION_NAME='a b' must have 2 to 64"),
        ({**ROLE, "ROLE_SESSION_NAME": None}, "ROLE_SESSION_NAME=None must have 2 to 64"),
        ({**ROLE, "ROLE_ARN": 5}, "ROLE_ARN=5 must look like"),
        # Nothing of these would reach STS, and the token could do all that the role can.
        ({**ROLE, "POLICY": []}, "POLICY must be JSON, or a dict that JSON can hold; it is list"),
        ({**ROLE, "POLICY": {"Statement": {1, 2}}}, "POLICY must be JSON, or a dict that JSON can hold; it is dict"),
        (
            {**ROLE, "STS_ENDPOINT": "http://sts.aliyuncs.com"},
            "is plain http, over which the cred",
        ),
        ({**ROLE, "STS_ENDPOINT": "https://user@sts.aliyuncs.com"}, "user"),
        ({**ROLE, "TIMEOUT": 6}, "TIMEOUT=6 is out of range; allowed are more than 0 and at most 5 seconds"),
        ({**ROLE, "TIMEOUT": 0}, "TIMEOUT=0 is out of range"),
        ({**ROLE, "ACCESS_KEY_SECRET": SENTINEL}, "access_key_id is empty"),
        ({**OIDC, "OIDC_TOKEN_FILE": ""}, "needs OIDC_TOKEN_FILE .or ALIBABA_CLOUD_OIDC_TOKEN_FILE"),
        (
            {"PROVIDER": "ecs_ram_role", "METADATA_ENDPOINT": "http://10.0.0.1"},
            "METADATA_ENDPOINT='http://10.0.0.1'|private",
        ),
        ({"PROVIDER": "callable"}, "CALLABLE is missing"),
        ({"PROVIDER": "static", "ACCESS_KEY_SECRET": SENTINEL}, "access_key_id is empty"),
        ({"PROVIDER": "static", "ACCESS_KEY_ID": "a", "ACCESS_KEY_SECRET": f"{SENTINEL}\n"}, "a blank or a control"),
    ],
)
def test_wrong_ones(settings, values, said):
    sets(settings, set=values)
    with pytest.raises(OSSShareError, match=said) as caught:
        credentials_source("set")
    report = ExceptionReporter(None, type(caught.value), caught.value, caught.value.__traceback__)
    frames = [variable for frame in report.get_traceback_frames() for variable in frame["vars"] if frame["filename"]]
    ours = [shown for name, shown in frames if name not in ("values", "settings", "request")]
    assert SENTINEL not in str(ours)


def test_the_same_set_is_the_same_provider_until_its_settings_change(settings):
    sets(settings, set=ROLE)
    provider = credentials_source("set")
    assert credentials_source("set") is provider
    sets(settings, set=ROLE, other=ROLE)
    assert credentials_source("set") is provider
    assert credentials_source("other") is not provider
    sets(settings, set={**ROLE, "DURATION": 900})
    assert credentials_source("set") is not provider


def test_which_are_refreshed(settings):
    static = {"PROVIDER": "static", "ACCESS_KEY_ID": "a", "ACCESS_KEY_SECRET": "b"}
    ecs = {"PROVIDER": "ecs_ram_role"}
    sets(settings, role=ROLE, static=static, environment={"PROVIDER": "environment"}, machine=ecs, pod=OIDC)
    assert refreshing_names() == ["machine", "pod", "role"]
    assert refreshing_provider("static") is None


@pytest.mark.parametrize(("values", "longest"), [({**ROLE, "DURATION": 900}, 840), (ROLE, 3540), (OIDC, 3540)])
def test_the_longest_link_that_a_token_covers(settings, values, longest):
    sets(settings, set=values)
    assert credentials_source("set").longest == longest


# Callables


def test_a_callable_without_an_end_is_asked_each_time(settings):
    given = iter(["LTAIfirst", "LTAIsecond"])
    sets(settings, set={"PROVIDER": "callable", "CALLABLE": lambda: Credentials(next(given), "secret")})
    assert [credentials_source("set").retrieve().access_key_id for _ in range(2)] == ["LTAIfirst", "LTAIsecond"]
    assert refreshing_provider("set") is None


@pytest.mark.django_db(transaction=True)
def test_a_callable_with_an_end_is_refreshed(settings):
    clock = Clock()
    clock.now = time.time()
    source = Source(clock)
    sets(settings, set={"PROVIDER": "callable", "CALLABLE": source})
    asked = credentials_source("set")
    assert [asked.retrieve().access_key_id for _ in range(3)] == ["STS.1"] * 3
    assert source.calls == 1
    assert asked.retrieve_for(60).access_key_id == "STS.1"
    provider = refreshing_provider("set")
    assert isinstance(provider, RefreshingProvider)
    assert provider.token.life == pytest.approx(LIFE - 30, abs=5)
    source.fails = ValueError(SENTINEL)
    with pytest.raises(OSSShareError, match="The callable raised ValueError") as caught:
        provider.refresh(force=True)
    assert SENTINEL not in str(caught.value)


@pytest.mark.django_db(transaction=True)
def test_a_storage_that_a_model_made_shares_its_token_once_django_has_started(settings):
    share_tokens_by(None)
    clock = Clock()
    clock.now = time.time()
    sets(settings, set={"PROVIDER": "callable", "CALLABLE": Source(clock)})
    early = credentials_source("set")
    early.retrieve()
    share_tokens_by(DatabaseStore)
    clock.now += 1
    assert credentials_source("set") is early
    assert sts.refresh("set", force=True) is Outcome.FETCHED
    assert StoredCredentials.objects.get().name == "set"
    assert early.retrieve().access_key_id == "STS.2"


@pytest.mark.django_db(transaction=True)
def test_all_processes_know_a_function_by_the_same_name(settings, monkeypatch):
    stores = []
    share_tokens_by(lambda name, fingerprint: stores.append(fingerprint) or MemoryStore())
    for _ in range(2):
        clock = Clock()
        clock.now = time.time()
        sets(settings, set={"PROVIDER": "callable", "CALLABLE": Source(clock)})
        credentials_source("set").retrieve()
    assert len(stores) == 2
    assert stores[0] == stores[1]


def test_a_callable_that_gives_something_else(settings):
    sets(settings, set={"PROVIDER": "callable", "CALLABLE": lambda: None})
    with pytest.raises(OSSShareError, match="gave NoneType instead of Credentials"):
        credentials_source("set").retrieve()


def test_an_unknown_name(settings):
    sets(settings, default=ROLE)
    with pytest.raises(ImproperlyConfigured, match=r"credentials='defualt'.*Did you mean 'default'\?"):
        credentials_source("defualt")
