"""Tests of the commands that scripts use."""
