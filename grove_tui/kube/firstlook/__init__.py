"""A first look at a cluster by a child process, while this one still imports its screen.

The libraries that connect to a cluster take as long to import as those that draw. A child imports
the former and lists everything while its parent imports the latter, so that rows are there with the
first frames; the parent connects itself when they are painted, and watches from the versions of
those lists. Whatever goes wrong with the child, the parent does the same without it.
"""
