"""View models: objects and a time in, frozen rows out. Pure."""
