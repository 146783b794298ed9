"""Values, rules, and texts; nothing here uses a clock, a file, the network, or await."""
