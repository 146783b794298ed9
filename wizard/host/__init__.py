"""The local machine: browser, clipboard, loopback listener, terminal."""
