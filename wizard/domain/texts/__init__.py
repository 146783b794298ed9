"""The sentences that screens, prompts, and commands share."""
