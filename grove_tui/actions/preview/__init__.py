"""What a change would do, before it is done.

The reconciler's own plans run on a copy-on-write overlay of what is known of the cluster, with the
change applied, until nothing is left to do. Nothing is sent anywhere.
"""
