"""The answers by which OSS refuses, as it words them: status, Code, Message, EC and the elements that go with them.

Source of the wording and of the EC codes: the vendor's error pages and answers of the real service quoted in public bug
reports. An error whose EC nobody has published has none here.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from xml.sax.saxutils import escape

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SKEW = "The difference between the request time and the current time is too large."


class OSSError(Exception):
    """A refusal, to be sent as XML.

    :ivar status: HTTP status.
    :ivar code: the ``Code`` element, such as ``NoSuchKey``.
    :ivar ec: OSS's code for its self-service diagnosis, or "".
    :ivar extra: further elements, in their order.
    :ivar headers: further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        ec: str = "",
        extra: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.ec = ec
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def to_xml(self, request_id: str, host_id: str) -> bytes:
        """The ``Error`` document.

        :param host_id: the Host that was asked.
        """
        elements = {
            "Code": self.code,
            "Message": self.message,
            "RequestId": request_id,
            "HostId": host_id,
            **self.extra,
        }
        if self.ec:
            elements |= {"EC": self.ec, "RecommendDoc": f"https://api.alibabacloud.com/troubleshoot?q={self.ec}"}
        lines = "".join(f"  <{name}>{xml_text(value)}</{name}>\n" for name, value in elements.items())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n{lines}</Error>\n'.encode()

    def all_headers(self, request_id: str, host_id: str) -> dict[str, str]:
        """The error's headers; ``x-oss-err`` carries the document where a body may not (HEAD)."""
        document = b64encode(self.to_xml(request_id, host_id)).decode()
        diagnosis = {"x-oss-ec": self.ec} if self.ec else {}
        return {**self.headers, **diagnosis, "x-oss-err": document}


def xml_text(value: str) -> str:
    """``value`` as text of an element; what XML cannot hold is replaced."""
    return escape(_NOT_XML.sub("\ufffd", value))


# Who asks, and when


def access_denied(message: str = "AccessDenied", ec: str = "0003-00000001") -> OSSError:
    return OSSError(403, "AccessDenied", message, ec=ec)


def no_permission() -> OSSError:
    return access_denied("You have no right to access this object because of bucket acl.")


def anonymous_forbidden() -> OSSError:
    return access_denied("Anonymous access is forbidden for this operation.", "0003-00001201")


def authorizer_denied(ec: str = "0003-00000001") -> OSSError:
    """The policy of the user, role or session does not allow it."""
    return access_denied("Access denied by authorizer's policy.", ec)


def bucket_policy_denied() -> OSSError:
    return access_denied("Access denied by bucket policy.", "0003-00000101")


def referer_denied(ec: str = "0003-00000503") -> OSSError:
    """:param ec: …501 for an empty Referer, …502 for a denied one, …503 for one that is not allowed."""
    return access_denied("You are denied by bucket referer policy.", ec)


def wrong_endpoint(bucket: str, endpoint: str) -> OSSError:
    """:param endpoint: the one to use."""
    return OSSError(
        403,
        "AccessDenied",
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint.",
        ec="0003-00001403",
        extra={"Bucket": bucket, "Endpoint": endpoint},
    )


def anonymous_override(name: str) -> OSSError:
    """A response override in a request without a signature."""
    return OSSError(
        400,
        "InvalidRequest",
        "Anonymous request is not allowed to set the response header override.",
        extra={"ArgumentName": name},
    )


def request_expired(expires: datetime, now: datetime) -> OSSError:
    return OSSError(
        403,
        "AccessDenied",
        "Request has expired.",
        ec="0002-00000069",
        extra={"Expires": _moment(expires), "ServerTime": _moment(now)},
    )


def invalid_expires(value: str) -> OSSError:
    """V1: ``Expires`` is not Unix time."""
    return OSSError(
        403,
        "AccessDenied",
        "Invalid date (should be seconds since epoch).",
        ec="0002-00000070",
        extra={"Expires": value},
    )


def missing_auth_parameter(name: str, ec: str) -> OSSError:
    """V1: one of the three parameters of a signed link is missing or empty."""
    message = "Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters"
    return OSSError(403, "AccessDenied", message, ec=ec, extra={"ArgumentName": name})


def malformed_authorization(message: str, name: str, value: str, ec: str = "") -> OSSError:
    """An Authorization header, or a parameter or field of a V4 signature, that is missing or cannot be read."""
    return OSSError(400, "InvalidArgument", message, ec=ec, extra={"ArgumentName": name, "ArgumentValue": value})


def missing_date(ec: str = "0002-00000503") -> OSSError:
    """Signed in the header, without a Date; or (…502) with one that cannot be read."""
    return access_denied("OSS authentication requires a valid Date.", ec)


def request_time_too_skewed(request_time: datetime, now: datetime, ec: str = "0002-00000504") -> OSSError:
    """:param ec: …235 for a link from the future."""
    return OSSError(
        403,
        "RequestTimeTooSkewed",
        _SKEW,
        ec=ec,
        extra={
            "MaxAllowedSkewMilliseconds": "900000",
            "RequestTime": _moment(request_time),
            "ServerTime": _moment(now),
        },
    )


def signature_mismatch(
    access_key_id: str, provided: str, string_to_sign: str, canonical_request: str | None = None, *, ec: str
) -> OSSError:
    """:param canonical_request: V4 only."""
    extra = {
        "OSSAccessKeyId": access_key_id,
        "SignatureProvided": provided,
        "StringToSign": string_to_sign,
        "StringToSignBytes": string_to_sign.encode().hex(" ").upper(),
    }
    if canonical_request is not None:
        extra |= {
            "CanonicalRequest": canonical_request,
            "CanonicalRequestBytes": canonical_request.encode().hex(" ").upper(),
        }
    message = (
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method."
    )
    return OSSError(403, "SignatureDoesNotMatch", message, ec=ec, extra=extra)


def invalid_access_key_id(access_key_id: str, *, ec: str = "0002-00000902") -> OSSError:
    return OSSError(
        403,
        "InvalidAccessKeyId",
        "The OSS Access Key Id you provided does not exist in our records.",
        ec=ec,
        extra={"OSSAccessKeyId": access_key_id},
    )


def security_token_expired() -> OSSError:
    return OSSError(403, "SecurityTokenExpired", "The security token you provided has expired.", ec="0002-00000007")


def invalid_security_token() -> OSSError:
    return OSSError(403, "InvalidSecurityToken", "The security token you provided is invalid.", ec="0002-00000006")


def token_mismatch() -> OSSError:
    """The token is good, but another access key's."""
    return OSSError(
        403,
        "AccessKeyIdAndSecurityTokenNotMatch",
        "The access key id and the security token you provided do not match.",
        ec="0002-00000004",
    )


# What is asked for


def no_such_key(key: str) -> OSSError:
    return OSSError(404, "NoSuchKey", "The specified key does not exist.", ec="0026-00000001", extra={"Key": key})


def no_such_bucket(bucket: str) -> OSSError:
    return OSSError(
        404, "NoSuchBucket", "The specified bucket does not exist.", ec="0015-00000101", extra={"BucketName": bucket}
    )


def no_such_version(key: str, version_id: str) -> OSSError:
    return OSSError(
        404, "NoSuchVersion", "The specified version does not exist.", extra={"Key": key, "VersionId": version_id}
    )


def no_such_upload(upload_id: str) -> OSSError:
    return OSSError(
        404,
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
        "completed.",
        extra={"UploadId": upload_id},
    )


def no_such_configuration(code: str, message: str, bucket: str) -> OSSError:
    """A bucket without the configuration asked for: ``NoSuchCORSConfiguration``, ``NoSuchBucketPolicy``, …"""
    return OSSError(404, code, message, extra={"BucketName": bucket})


def symlink_target_missing(key: str) -> OSSError:
    return OSSError(404, "SymlinkTargetNotExist", "The symlink target object does not exist.", extra={"Key": key})


def not_a_symlink(key: str) -> OSSError:
    return OSSError(400, "NotSymlink", "The object is not symlink.", extra={"Key": key})


def file_already_exists(key: str) -> OSSError:
    return OSSError(
        409,
        "FileAlreadyExists",
        "The object you specified already exists and can not be overwritten.",
        ec="0026-00000002",
        extra={"Key": key},
    )


def bucket_not_empty(bucket: str) -> OSSError:
    return OSSError(
        409,
        "BucketNotEmpty",
        "The bucket has objects. Please delete them first.",
        extra={"BucketName": bucket},
    )


def precondition_failed(condition: str) -> OSSError:
    """:param condition: ``If-Match``, ``If-Unmodified-Since``, …"""
    return OSSError(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold.",
        extra={"Condition": condition},
    )


def not_modified(headers: Mapping[str, str]) -> OSSError:
    """304, to be sent without a body.

    :param headers: the object's ETag and Last-Modified.
    """
    return OSSError(304, "NotModified", "Not Modified.", headers=headers)


def invalid_range(requested: str, size: int) -> OSSError:
    return OSSError(
        416,
        "InvalidRange",
        "The requested range cannot be satisfied.",
        extra={"ActualObjectSize": str(size), "RangeRequested": requested},
        headers={"Content-Range": f"bytes */{size}"},
    )


def method_not_allowed(method: str, resource: str = "Object") -> OSSError:
    return OSSError(
        405,
        "MethodNotAllowed",
        "The specified method is not allowed against this resource.",
        ec="0017-00000001",
        extra={"Method": method, "ResourceType": resource},
    )


def not_implemented(what: str) -> OSSError:
    """:param what: the header, parameter or operation that is not known here."""
    return OSSError(
        501,
        "NotImplemented",
        "A header you provided implies functionality that is not implemented.",
        extra={"Header": what},
    )


# How it is asked for


def invalid_argument(message: str, name: str = "", value: str = "") -> OSSError:
    extra = {"ArgumentName": name, "ArgumentValue": value} if name else {}
    return OSSError(400, "InvalidArgument", message, extra=extra)


def invalid_uri(uri: str) -> OSSError:
    return OSSError(400, "InvalidURI", "Couldn't parse the specified URI.", extra={"URI": uri})


def invalid_bucket_name(bucket: str) -> OSSError:
    return OSSError(400, "InvalidBucketName", "The specified bucket is not valid.", extra={"BucketName": bucket})


def invalid_object_name(key: str) -> OSSError:
    return OSSError(400, "InvalidObjectName", "The specified object is not valid.", extra={"ObjectName": key})


def invalid_digest(provided: str) -> OSSError:
    """Content-MD5 is not that of the body, or no MD5 at all."""
    return OSSError(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", extra={"Content-MD5": provided})


def malformed_xml() -> OSSError:
    return OSSError(
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema.",
    )


def missing_content_length() -> OSSError:
    return OSSError(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")


def missing_argument(name: str) -> OSSError:
    return OSSError(
        400, "MissingArgument", "Missing Some Required Arguments.", ec="0016-00000502", extra={"ArgumentName": name}
    )


def entity_too_large(maximum: int, proposed: int) -> OSSError:
    return OSSError(
        400,
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed object size.",
        extra={"MaxSizeAllowed": str(maximum), "ProposedSize": str(proposed)},
    )


def entity_too_small(minimum: int, proposed: int) -> OSSError:
    return OSSError(
        400,
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size.",
        extra={"MinSizeAllowed": str(minimum), "ProposedSize": str(proposed)},
    )


def invalid_part(part_number: int, etag: str) -> OSSError:
    return OSSError(
        400,
        "InvalidPart",
        "One or more of the specified parts could not be found or the specified entity tag might not have matched the "
        "part's entity tag.",
        extra={"PartNumber": str(part_number), "ETag": etag},
    )


def invalid_part_order() -> OSSError:
    return OSSError(
        400,
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts list must specified in order by part number.",
    )


def not_appendable(key: str) -> OSSError:
    return OSSError(409, "ObjectNotAppendable", "The object is not appendable", extra={"Key": key})


def position_not_equal_to_length(length: int) -> OSSError:
    """:param length: the object's, from where the next append must go on."""
    return OSSError(
        409,
        "PositionNotEqualToLength",
        "Position is not equal to file length",
        headers={"x-oss-next-append-position": str(length)},
    )


def malformed_post(message: str) -> OSSError:
    """The form's multipart body cannot be read."""
    return OSSError(400, "MalformedPOSTRequest", message)


def invalid_policy_document(message: str) -> OSSError:
    """A form's policy is not base64 of such a JSON document."""
    return OSSError(400, "InvalidPolicyDocument", message)


def policy_condition_failed(condition: str) -> OSSError:
    """:param condition: the one that the form does not meet, as JSON."""
    return access_denied(f"Invalid according to Policy: Policy Condition failed: {condition}", "0006-00000227")


def policy_expired() -> OSSError:
    return access_denied("Invalid according to Policy: Policy expired.", "")


def image_process_failed(message: str) -> OSSError:
    return OSSError(400, "InvalidArgument", message)


# When OSS itself is at fault


def internal_error() -> OSSError:
    return OSSError(500, "InternalError", "Please contact the server administrator, oss@service.aliyun.com.")


def service_unavailable() -> OSSError:
    return OSSError(503, "ServiceUnavailable", "Please reduce your request rate.")


def too_many_requests() -> OSSError:
    return OSSError(429, "TooManyRequests", "Please reduce your request rate.")


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.000Z}"
