"""The network: OAuth's messages and one read-only SCIM request, over httpx."""
