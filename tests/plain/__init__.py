"""Tests of plain mode on a real terminal."""
