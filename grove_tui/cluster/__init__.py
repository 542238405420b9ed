"""One open cluster: how it is reached, what is known of it, and who reconciles it."""
