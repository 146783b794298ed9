"""A simulated Twilio on 127.0.0.1 that behaves as Twilio's documentation says."""
