"""What happens to objects between a request and the storage: one module per concern.

`registry` has the verbs; `strategies` says per resource what a verb does to its objects;
`metadata`, `deletion` and `catalog` hold the rules that all resources share.
"""
