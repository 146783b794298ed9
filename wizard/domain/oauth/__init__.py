"""OAuth 2.0 and JWT in pure Python, with what people paste in place of a response."""
