"""Proofs that no secret gets where it does not belong, and that text from outside does nothing."""
