"""What is kept on disk: profiles, credential sets, locks, and the log, which masks secrets."""
