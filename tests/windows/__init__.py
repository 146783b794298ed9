"""Tests for Windows alone: programs on a console of their own, with keys typed and sent."""
