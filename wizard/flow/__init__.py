"""The steps as a pure function, and the session that outlives a screen."""
