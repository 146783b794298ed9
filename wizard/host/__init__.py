"""The machine around us: browser, clipboard, loopback listener, terminal."""
