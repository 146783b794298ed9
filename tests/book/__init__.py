"""Every entry of the error catalog, from the fault that causes it to the words that are shown."""
