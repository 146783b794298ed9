"""Pictures of the wizard, rendered from the real app."""
