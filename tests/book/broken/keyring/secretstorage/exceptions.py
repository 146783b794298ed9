"""What the Secret Service's library raises."""


class SecretStorageException(Exception):
    """Any of it."""
