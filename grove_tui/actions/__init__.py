"""What a user may do to a cluster: one function, one change, one sentence about what came of it.

Nothing here knows a screen, and nothing here changes what is shown: the watch brings that back.
"""
