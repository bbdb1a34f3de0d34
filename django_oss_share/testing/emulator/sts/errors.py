"""The refusals of STS, as it words them (the vendor's pages "Error codes" of STS and of its API gateway)."""

from __future__ import annotations


class STSError(Exception):
    """A refusal.

    :ivar status: HTTP status.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message

    def document(self, host: str) -> dict[str, object]:
        """:param host: the Host that was asked."""
        recommend = f"https://api.alibabacloud.com/troubleshoot?q={self.code}&product=Sts"
        return {"HostId": host, "Code": self.code, "Message": self.message, "Recommend": recommend}


def invalid_action() -> STSError:
    return STSError(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")


def access_key_not_found() -> STSError:
    return STSError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")


def missing_access_key() -> STSError:
    return STSError(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.")


def missing_security_token() -> STSError:
    return STSError(400, "MissingSecurityToken", "SecurityToken is mandatory for this action.")


def security_token_malformed() -> STSError:
    return STSError(400, "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.")


def security_token_mismatch() -> STSError:
    return STSError(
        400, "InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken mismatch with the AccessKey."
    )


def security_token_over() -> STSError:
    return STSError(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")


def timestamp_expired() -> STSError:
    return STSError(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")


def timestamp_malformed() -> STSError:
    return STSError(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.")


def signature_does_not_match(string_to_sign: str) -> STSError:
    return STSError(
        400,
        "SignatureDoesNotMatch",
        f"Specified signature is not matched with our calculation. server string to sign is:{string_to_sign}",
    )


def no_permission() -> STSError:
    return STSError(403, "NoPermission", "You are not authorized to do this action. You should be authorized by RAM.")


def role_not_found(arn: str) -> STSError:
    return STSError(404, "EntityNotExist.Role", f"The specified Role not exists: {arn}.")


def missing_parameter(name: str) -> STSError:
    return STSError(400, f"Missing{name}", f"{name} is mandatory for this action.")


def wrongly_formed(name: str) -> STSError:
    return STSError(400, f"InvalidParameter.{name}", f"The parameter {name} is wrongly formed.")


def duration_out_of_range(maximum: int) -> STSError:
    """:param maximum: seconds."""
    return STSError(
        400,
        "InvalidParameter.DurationSeconds",
        f"The Min/Max value of DurationSeconds is 15min/{maximum / 3600:g}hr.",
    )


def policy_grammar(why: str) -> STSError:
    return STSError(400, "InvalidParameter.PolicyGrammar", f"The parameter Policy has not passed grammar check. {why}")


def policy_too_long(maximum: int) -> STSError:
    """:param maximum: characters."""
    return STSError(400, "InvalidParameter.PolicySize", f"The size of Policy must be smaller than {maximum} bytes.")


def oidc_token_invalid(why: str) -> STSError:
    return STSError(401, "AuthenticationFail.OIDCToken.Invalid", why)


def oidc_token_expired() -> STSError:
    return STSError(401, "AuthenticationFail.OIDCToken.Expired", "This JsonWebToken is expired.")


def of_fault(status: int) -> STSError:
    """What STS says when it is itself at fault, or is asked too often."""
    if status == 429:
        return STSError(429, "Throttling", "Request was denied due to request throttling.")
    if status == 503:
        return STSError(503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.")
    return STSError(status, "InternalError", "The request processing has failed due to some unknown error.")
