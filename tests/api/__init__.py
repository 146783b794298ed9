"""Tests of the OAuth and SCIM requests."""
