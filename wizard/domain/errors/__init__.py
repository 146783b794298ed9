"""The error catalog: every failure the wizard can name, by where it comes from."""
