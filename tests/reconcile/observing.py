"""What tests of races look at."""


def uids(world):
    """Return the uid of every PodClique by name."""
    return {name: c["metadata"]["uid"] for name, c in world.cliques.items()}


def indices(world, name):
    """Return the indices of a PodClique's live pods by their hostnames."""
    return sorted(
        int(pod["spec"]["hostname"].rpartition("-")[2])
        for pod in world.pods_of(name)
        if "deletionTimestamp" not in pod["metadata"]
    )


def history(cluster, resource):
    """Return a list that (type, object) of every further write to a kind is added to."""
    seen = []
    storage = cluster.demo.storage
    storage.subscribe(
        resource.qualified_name,
        storage.revision,
        lambda event: seen.append((event.type, event.stored.object)),
    )
    return seen
