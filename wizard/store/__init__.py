"""What is kept on disk: profiles, credential sets, locks."""
