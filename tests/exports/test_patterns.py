"""Rules on names: what a pattern matches, and that the first rule that matches decides."""

from __future__ import annotations

import pytest

from django_oss_share.oss import InvalidArgument
from django_oss_share.services.exports.patterns import Rules, compiled, exclude, include, signed


@pytest.mark.parametrize(
    ("pattern", "names", "others"),
    [
        ("*.txt", ["a.txt", "b/c/a.txt", ".txt", "a\nb.txt"], ["a.txt/b", "a.txtx", "atxt"]),
        ("/*.txt", ["a.txt"], ["b/a.txt"]),
        ("b/*.txt", ["b/a.txt", "c/b/a.txt"], ["xb/a.txt", "b/c/a.txt"]),
        ("/b/**", ["b/a", "b/c/d"], ["a/b/c", "b"]),
        ("b/**/d", ["b/c/d", "b/c/e/d"], ["b/d"]),
        ("b/", ["b/a", "c/b/a/d", "b/"], ["b", "xb/a"]),
        ("?.txt", ["a.txt", "季.txt"], ["ab.txt", ".txt"]),
        ("[a-c!].txt", ["b.txt", "!.txt"], ["d.txt"]),
        ("[!a-c].txt", ["d.txt"], ["b.txt"]),
        ("x[!a]y", ["xby"], ["x/y", "xay"]),
        ("x[+-0]y", ["x.y"], ["x/y"]),
        ("[]x].txt", ["].txt", "x.txt"], ["a.txt"]),
        ("*.{jpg,p?g}", ["a.jpg", "a.png"], ["a.gif", "a.{jpg,p?g}"]),
        ("{a,b{c,d}}", ["a", "bc", "bd"], ["b", "c"]),
        ("a,b}", ["a,b}"], ["a", "b}"]),
        (r"\*.txt", ["*.txt"], ["a.txt"]),
        (r"a\{b", ["a{b"], ["ab"]),
        ("a.b+(c)", ["a.b+(c)"], ["axb+(c)", "a.bb(c)"]),
        ("**", ["a", "b/c", ""], []),
    ],
)
def test_what_a_pattern_matches(pattern, names, others):
    found = compiled(pattern)
    assert [name for name in names if not found.fullmatch(name)] == []
    assert [name for name in others if found.fullmatch(name)] == []


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [("", "is empty"), ("/", None), ("[a", "bracket"), ("{a", "brace"), ("a\\", "backslash"), ("[z-a]", "malformed")],
)
def test_a_malformed_pattern_is_named(pattern, problem):
    if problem is None:
        assert compiled(pattern).fullmatch("anything/at/all")
        return
    with pytest.raises(InvalidArgument, match=problem) as caught:
        compiled(pattern)
    assert repr(pattern) in str(caught.value)


@pytest.mark.parametrize("text", ["*.txt", "+*.txt", "+ ", "x *.txt", "", "++ a"])
def test_a_filter_has_a_sign(text):
    with pytest.raises(InvalidArgument, match=r"\+ PATTERN"):
        signed(text)


def test_the_first_rule_that_matches_decides():
    rules = [exclude("secret/"), include("*.txt"), signed("- *")]
    assert Rules(rules, otherwise=True).allow("a.txt")
    assert not Rules(rules, otherwise=True).allow("secret/a.txt")
    assert Rules(reversed(rules), otherwise=True).allow("a.txt") is False


@pytest.mark.parametrize("otherwise", [True, False])
def test_what_no_rule_matches(otherwise):
    assert Rules([include("a")], otherwise=otherwise).allow("b") is otherwise
