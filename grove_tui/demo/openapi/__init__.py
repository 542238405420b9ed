"""What the served objects look like, told to clients (OpenAPI) and used to check their fields."""
