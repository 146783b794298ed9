"""The errors that the Secret Service library raises."""


class SecretStorageException(Exception):
    """Base class of these errors."""
