"""Tests of the simulated Twilio."""
