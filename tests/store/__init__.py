"""Tests of the store: files, keyring, and locks."""
