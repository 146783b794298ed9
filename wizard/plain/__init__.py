"""The wizard as prompts: for screen readers, and for terminals that screens cannot be drawn on."""
