"""The PodCliqueSet controller: whole copies of a system, their updates and their termination."""
