"""Tests of the logic that all interfaces share."""
