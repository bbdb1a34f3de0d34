"""A token's life, in moments."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from django_oss_share.oss import Credentials
from django_oss_share.providers import RefreshFailed, Token
from django_oss_share.providers.token import pause

from .making import START


def token(life: float) -> Token:
    end = datetime.fromtimestamp(START + life, UTC)
    return Token.of(Credentials("STS.a", "secret", "token", end), START, 1)


@pytest.mark.parametrize(
    ("life", "usable", "ahead", "advisory", "mandatory"),
    [
        (900, 870, 435, 580, 783),
        (3600, 3570, 1785, 2380, 3213),
        (43_200, 43_170, 21_585, 28_780, 38_853),
        # Only the emulator gives such.
        (30, 29, 14.5, 19.33, 26.1),
        (3, 2, 1, 1.33, 1.8),
    ],
)
def test_windows_scale_with_the_life(life, usable, ahead, advisory, mandatory):
    made = token(life)
    moments = [made.usable_until, made.ahead_at, made.advisory_at, made.mandatory_at]
    assert [moment - START for moment in moments] == pytest.approx([usable, ahead, advisory, mandatory], abs=0.01)


def test_what_is_handed_out_ends_before_the_token_does():
    made = token(900)
    assert made.credentials.expiration == datetime.fromtimestamp(START + 870, UTC)
    assert made.ends_at == START + 900


@pytest.mark.parametrize("life", [-60, 0, 0.5])
def test_one_that_has_ended_is_refused_with_both_times(life):
    with pytest.raises(RefreshFailed, match=r"ends at 2026-01-02T03:0\d:\d\dZ, and by this machine's clock it is 2026"):
        token(life)


def test_one_without_an_end_is_refused():
    with pytest.raises(RefreshFailed, match="no expiration"):
        Token.of(Credentials("STS.a", "secret", "token"), START, 1)


@pytest.mark.parametrize(
    ("after", "seconds", "covered"),
    [
        (0, 870, True),
        (100, 770, True),
        (100, 771, False),
        # No token lives as long: a newer one would not help.
        (100, 871, True),
        # Younger than its margin: a newer one would hardly help.
        (28, 870, True),
        (30, 841, False),
        (30, 840, True),
    ],
)
def test_covering_a_link(after, seconds, covered):
    assert token(900).covers(START + after, seconds) is covered


def test_pauses_double_with_jitter_up_to_half_a_minute():
    for failures, longest in enumerate([1, 2, 4, 8, 16, 30, 30]):
        pauses = {pause(failures, 3570) for _ in range(50)}
        assert longest / 2 <= min(pauses) < max(pauses) <= longest


def test_pauses_fit_into_a_short_life():
    assert max(pause(failures, 3) for failures in range(20)) <= 0.1


def test_its_repr_shows_no_secret():
    assert "secret" not in repr(token(900)).replace("access_key_secret='***'", "").replace("security_token='***'", "")
