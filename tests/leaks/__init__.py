"""Tests that no secret leaks and that text from outside has no effect."""
