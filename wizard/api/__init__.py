"""The network: OAuth requests and one read-only SCIM request, over httpx."""
