"""Tests of the code for this computer: browser, clipboard, listener, and terminal."""
