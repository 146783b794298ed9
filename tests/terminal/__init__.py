"""Tests of the wizard on a real terminal."""
