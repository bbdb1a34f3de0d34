"""Refusals of what is asked for: the object, its version, its bucket, a parameter."""

from __future__ import annotations

from collections.abc import Mapping

from ...oss.links import mask_url
from ...oss.reading.link import MISPLACED
from .case import Case
from .causes import Cause, Judgement
from .fetching import Answer


def unknown(code: str, error: Mapping[str, str], seen: Judgement, answer: Answer) -> Judgement:
    if seen.cause is not Cause.OK:
        return seen
    cause = Cause.NO_PERMISSION if answer.status == 403 else Cause.TAMPERED
    cure = f"Look {error.get('EC') or code} up in OSS's self-service diagnosis."
    return Judgement(cause, f"OSS refuses it: {code}, {mask_url(error.get('Message', ''))}", cure)


def not_found(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if answer.headers.get("x-oss-delete-marker") == "true":
        return Judgement(
            Cause.VERSION_GONE,
            f"The object {case.key!r} was deleted in a bucket with versioning: a delete marker hides its versions.",
            "Remove the delete marker, or link to a version by its id (version_id=…).",
        )
    if case.key and (seen.cause is Cause.KEY_ENCODING or MISPLACED in case.link.repairs):
        return seen
    explanation = f"There is no object {case.key!r} in the bucket {case.bucket!r}."
    return Judgement(Cause.NOT_FOUND, explanation, "Look for the key with the bucket browser: it may have been moved.")


def no_bucket(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause in (Cause.WRONG_ENDPOINT, Cause.TAMPERED):
        return seen
    name = error.get("BucketName") or case.bucket
    if case.link.place.network == "custom":
        explanation = f"No bucket has the domain {case.link.place.netloc} bound to it."
        return Judgement(Cause.WRONG_ENDPOINT, explanation, "Bind the domain to the bucket in OSS's console.")
    return Judgement(Cause.NOT_FOUND, f"There is no bucket {name!r}.", "Correct the bucket's name in the host.")


def version_gone(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    version = case.link.parameter("versionId")
    return Judgement(
        Cause.VERSION_GONE,
        f"The version {version!r} of {case.key!r} is not there any more.",
        "Link to a version that is kept (the bucket browser lists them), or to the latest, without versionId.",
    )


def not_allowed(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if answer.headers.get("x-oss-delete-marker") == "true":
        explanation = f"The version {case.link.parameter('versionId')!r} is a delete marker, which has no content."
        return Judgement(Cause.VERSION_GONE, explanation, "Link to a version that has content.")
    return unknown("MethodNotAllowed", error, seen, answer)


def bad_name(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause is not Cause.OK:
        return seen
    return Judgement(
        Cause.KEY_ENCODING,
        f"OSS does not take {case.key!r} for a key: {error.get('Message', '')}",
        "Percent-encode the key once, as UTF-8, before it is signed: storage.url(name) does.",
    )


def argument(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    if seen.cause is not Cause.OK:
        return seen
    message = error.get("Message", "")
    if "region" in message.lower():
        explanation = f"OSS says that it was signed for another region: {message}"
        cure = f"Sign with the bucket's region{f', {case.region!r}' if case.region else ''}."
        return Judgement(Cause.WRONG_REGION, explanation, cure)
    if case.link.parameter("x-oss-process") and error.get("ArgumentName", "") in ("", "x-oss-process"):
        explanation = f"OSS cannot process the object as x-oss-process asks: {message}"
        return Judgement(Cause.CONTENT_TYPE, explanation, "Ask for what fits the file: pictures alone can be resized.")
    return Judgement(Cause.TAMPERED, f"OSS cannot read a parameter: {mask_url(message)}", "Copy the whole link again.")


def archived(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    return Judgement(
        Cause.NO_PERMISSION,
        "The object is archived, and cannot be read before it is restored.",
        "Restore it in OSS's console; that takes minutes (Archive) or hours (Cold Archive).",
    )


def account(case: Case, answer: Answer, error: Mapping[str, str], seen: Judgement) -> Judgement:
    explanation = f"The account that owns the bucket is not served: {error.get('Message', '')}"
    return Judgement(Cause.NO_PERMISSION, explanation, "Look at the account: a payment may be overdue.")
