"""What the wizard knows: values, rules and sentences; no clock, file, network or await."""
