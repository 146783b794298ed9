"""Every entry of the error book, from the fault as it comes in to the words that come out."""
