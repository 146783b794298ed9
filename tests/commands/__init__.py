"""Tests of the commands scripts use."""
