"""Messages of HTTP, the names of the clouds, and TLS."""
