"""A terminal wizard that takes a Twilio organization admin to a working SCIM credential."""

__all__ = ["__version__"]

__version__ = "0.1.0"
