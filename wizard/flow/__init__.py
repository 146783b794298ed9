"""The state machine of the steps, and the session that reads and writes the profile."""
