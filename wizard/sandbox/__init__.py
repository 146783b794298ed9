"""A simulated Twilio on 127.0.0.1 that behaves as Twilio's documentation says."""

from __future__ import annotations

from typing import Final

SCENARIOS: Final[dict[str, str]] = {
    "happy": "Everything works",
    "denied": "The first approval is denied, and the next one works",
    "expired-code": "The first code has already expired, and the next one works",
    "wrong-secret": "Twilio rejects the Client Secret, and accepts the one you enter next",
    "missing-permission": "The app lacks managed-users/list at the first check, and has it later",
    "throttled": "The first SCIM request hits the rate limit, and the next one works",
    "slow": "Every response takes 3 seconds",
    "down": "The SCIM API returns 503 every time",
    "not-scim": "A network login page replaces the SCIM API every time",
    "many-users": "The organization has 20,000 users",
    "rotating": "Each refresh returns a new refresh token",
    "loopback": "The Redirect URL is on this machine",
    "client-credentials": "A script uses an app with the Client credentials grant type",
    "wrong-grant": "The app's grant type is Authorization code, but Client credentials is selected",
}
"""The demo's scenarios, and what each one shows."""
