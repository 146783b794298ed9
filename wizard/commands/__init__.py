"""The commands scripts use."""
