"""JSON schemas of the responses that Twilio documents, and of what the commands print.

Twilio's schemas are written from its pages and specification. All schemas are strict. An
undocumented key of the simulated Twilio is a mistake that the wizard might rely on. An undocumented
key of a command is a promise that was not intended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import httpx
import jsonschema

Schema = Mapping[str, object]

JWT: Final = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"
USER_SID: Final = "^US[0-9a-f]{32}$"


def _text(shortest: int = 0, longest: int | None = None) -> Schema:
    limits: dict[str, object] = {"type": "string", "minLength": shortest}
    return limits if longest is None else limits | {"maxLength": longest}


def _object(properties: Mapping[str, object], *, optional: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _exactly(*texts: str) -> Schema:
    """Return the schema of an array of exactly these texts."""
    return {"type": "array", "const": list(texts)}


TOKEN: Final = _object(
    {
        "access_token": {"type": "string", "pattern": JWT},
        "refresh_token": {"type": ["string", "null"], "pattern": JWT},
        "id_token": {"type": "null"},
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer", "minimum": 1},
    }
)
"""Token endpoint, 200 (Set up OAuth for SCIM; twilio_oauth_v2.json V2Oauth2TokenResponse)."""

TWILIO_ERROR: Final = _object(
    {
        "code": {"type": "integer", "minimum": 10000, "maximum": 99999},
        "message": _text(1),
        "more_info": {"type": "string", "pattern": "^https://www\\.twilio\\.com/docs/"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
    }
)
"""Twilio's own error (twilio_oauth_v2.json Error)."""

METADATA: Final = _object(
    {
        "issuer": {"type": "string", "pattern": "^http://127\\.0\\.0\\.1:[0-9]+$"},
        "authorization_endpoint": {"type": "string", "pattern": "/v2/authorize$"},
        "token_endpoint": {"type": "string", "pattern": "/v2/token$"},
        "response_types_supported": _exactly("code"),
        "grant_types_supported": {
            "type": "array",
            "contains": {"const": "authorization_code"},
            "items": {"enum": ["authorization_code", "client_credentials", "refresh_token"]},
        },
        "code_challenge_methods_supported": _exactly("S256"),
        "token_endpoint_auth_methods_supported": {
            "type": "array",
            "contains": {"const": "client_secret_post"},
            "items": {"enum": ["client_secret_post", "none"]},
        },
    }
)
"""Authorization server metadata (RFC 8414 §2, with the keys that Twilio sends)."""

SCIM_USER: Final = _object(
    {
        "schemas": _exactly("urn:ietf:params:scim:schemas:core:2.0:User"),
        "id": {"type": "string", "pattern": USER_SID},
        "externalId": _text(2, 255),
        "userName": _text(2, 255),
        "displayName": _text(0, 255),
        "name": _object({"givenName": _text(0, 255), "familyName": _text(0, 255)}),
        "emails": {
            "type": "array",
            "minItems": 1,
            "items": _object(
                {"primary": {"type": "boolean"}, "value": _text(2, 160), "type": _text(0, 64)}
            ),
        },
        "active": {"type": "boolean"},
        "locale": _text(),
        "timezone": _text(),
        "meta": _object(
            {
                "resourceType": {"const": "user"},
                "created": {"type": "string", "format": "date-time"},
                "lastModified": {"type": "string", "format": "date-time"},
                "version": {"type": "string", "pattern": '^W/"[0-9]+"$'},
            }
        ),
    },
    optional=("externalId", "displayName", "name", "locale", "timezone"),
)
"""A user (SCIM API reference; twilio_iam_scim.json iam.scim.v2.User)."""

SCIM_LIST: Final = _object(
    {
        "schemas": _exactly("urn:ietf:params:scim:api:messages:2.0:ListResponse"),
        "totalResults": {"type": "integer", "minimum": 0},
        "Resources": {"type": "array", "items": SCIM_USER},
    }
)
"""`GET /Users`: Twilio does not page, so no startIndex and no itemsPerPage (SCIM API reference)."""

SCIM_ERROR: Final = _object(
    {
        "schemas": _exactly("urn:ietf:params:scim:api:messages:2.0:Error"),
        "detail": _text(1),
        "scimType": {
            "enum": ["invalidFilter", "uniqueness", "mutability", "invalidValue", "invalidSyntax"]
        },
        "status": {"type": "string", "pattern": "^[45][0-9][0-9]$"},
        "code": {"type": "integer"},
        "moreInfo": _text(1),
    },
    optional=("scimType", "code", "moreInfo"),
)
"""A SCIM error (RFC 7644 §3.12; twilio_iam_scim.json iam.scim.v2.Error): `status` is text."""


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


_TIME: Final = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
_WORDS: Final = {
    "type": "string",
    "minLength": 1,
    "not": {"pattern": r"(?i)\b(below|above)\b(?! [0-9])"},
}
"""Text that can be understood without context."""

PROBLEM: Final = _object(
    {
        "id": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        "title": _WORDS,
        "cause": _WORDS,
        "remedy": _WORDS,
        "detail": {"type": "array", "items": _text(1)},
        "step": {"enum": [None, "prerequisites", "credentials", "authorize", "redirect", "check"]},
        "http_status": _or_null({"type": "integer", "minimum": 100, "maximum": 599}),
        "request_id": _or_null(_text(1)),
        "retry_after": _or_null({"type": "integer", "minimum": 0}),
    }
)
"""How a command reports a failure or a warning."""

_OUTCOME: Final[Mapping[str, object]] = {
    "profile": _text(1),
    "status": {"enum": ["passed", "failed", None]},
    "checked_at": _or_null(_TIME),
    "warnings": {"type": "array", "items": PROBLEM},
    "problem": _or_null(PROBLEM),
}


def _outcome(**more: Schema) -> Schema:
    """Return the schema of any command's result: failures have a problem, and successes don't.

    If a profile isn't set up or was never checked, status is null and a problem is optional.
    """
    return {
        **_object({**_OUTCOME, **more}),
        "allOf": [
            _together("failed", {"type": "object"}),
            _together("passed", {"type": "null"}),
        ],
    }


def _together(status: str, problem: Schema) -> Schema:
    return {
        "if": {"properties": {"status": {"const": status}}},
        "then": {"properties": {"problem": problem}},
    }


CHECK: Final = _outcome(
    users=_or_null({"type": "integer", "minimum": 0}),
    organization=_or_null({"type": "string", "pattern": "^OR[0-9a-f]{32}$"}),
)
"""`check --json`, without its version, as for each profile of `--all`."""

_URL: Final = {"type": "string", "pattern": "^https?://"}

STATUS: Final = _outcome(
    grant_type=_or_null({"enum": ["authorization_code", "client_credentials"]}),
    client_id=_or_null(_text()),
    redirect_url=_or_null(_text()),
    endpoints=_or_null(
        _object(dict.fromkeys(("authorize_url", "token_url", "scim_url"), _URL)),
    ),
    secrets=_or_null(_object({"store": {"enum": ["file", "keyring"]}})),
    token=_or_null(
        _object(
            {
                "state": {"enum": ["valid", "expired", "missing"]},
                "expires_at": _or_null(_TIME),
                "refreshable": {"type": "boolean"},
                "refresh_failure": _or_null(PROBLEM),
            }
        )
    ),
    organization=_or_null({"type": "string", "pattern": "^OR[0-9a-f]{32}$"}),
    draft={"type": ["boolean", "null"]},
    last_check=_or_null(
        _object(
            {
                "status": {"enum": ["passed", "failed"]},
                "at": _TIME,
                "users": _or_null({"type": "integer", "minimum": 0}),
                "problem": _or_null(PROBLEM),
            }
        )
    ),
)
"""`status --json`, in the same form."""

ACCESS_TOKEN: Final = _outcome(
    access_token=_or_null(_text(1)),
    token_type=_or_null({"const": "Bearer"}),
    expires_at=_or_null(_TIME),
)
"""`token --json`, in the same form."""

FAILURE: Final = _outcome()
"""What `handoff --format json` prints in place of the sheet, in the same form."""


def validate(value: object, schema: Schema) -> None:
    """Fail unless a value matches a schema."""
    _validator(schema).validate(value)


def printed(schema: Schema) -> Schema:
    """Return the schema of the output for one profile, with the version."""
    properties, required = schema["properties"], schema["required"]
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    return {
        **schema,
        "properties": {"version": {"const": 2}, **properties},
        "required": ["version", *required],
    }


def printed_all(schema: Schema) -> Schema:
    """Return the schema of the output of `--all`: the profiles, or why there are none."""
    profiles = {"type": "array", "items": schema}
    return {
        **_object({"version": {"const": 2}, "profiles": profiles, "problem": _or_null(PROBLEM)}),
        "if": {"properties": {"problem": {"type": "object"}}},
        "then": {"properties": {"profiles": {"maxItems": 0}}},
    }


def assert_documented(response: httpx.Response) -> None:
    """Fail unless a response has the documented media type and shape for its path and status.

    Pages are HTML, and redirects are empty. A response with no documented shape also fails.
    """
    path, status = response.request.url.path, response.status_code
    kind = response.headers.get("content-type", "").partition(";")[0]
    if response.is_redirect:
        assert response.content == b""
        return
    if kind == "text/html" or response.request.method == "HEAD":
        return
    if kind == "application/scim+json":
        assert path.startswith("/scim/v2/"), path
        one_user = re.fullmatch(r"/scim/v2/Users/[^/]+", path)
        good = SCIM_USER if one_user else SCIM_LIST
        schema = good if status == 200 else SCIM_ERROR
    else:
        assert kind == "application/json", kind
        schema = TWILIO_ERROR if status >= 400 else _GOOD[path]
    value = response.json()
    _validator(schema).validate(value)
    if status >= 400:
        assert str(value["status"]) == str(status)


_GOOD: Final[Mapping[str, Schema]] = {
    "/v2/token": TOKEN,
    "/.well-known/oauth-authorization-server": METADATA,
}


def _validator(schema: Schema) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        dict(schema), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
