"""The template in force is the last valid one; how many replicas there are is up to the set."""

from msgspec.structs import replace

from grove_tui.reconcile.acceptance import AcceptedBlueprints
from tests.reconcile.worlds import set_of


def at_generation(pcs, generation, **spec):
    return replace(
        pcs,
        metadata=replace(pcs.metadata, generation=generation),
        spec=replace(pcs.spec, **spec),
    )


def test_a_set_that_is_not_judged_yet_has_its_size_and_the_template_before_it():
    blueprints = AcceptedBlueprints()
    first = set_of()
    blueprints.accept(first)
    template = blueprints.of(first).generation_hash

    changed = at_generation(first, 2, replicas=3, template=replace(first.spec.template, cliques=()))

    assert blueprints.of(changed).pcs.spec.replicas == 3
    assert blueprints.of(changed).generation_hash == template


def test_who_looks_at_a_set_as_it_was_does_not_bring_its_former_size_back():
    blueprints = AcceptedBlueprints()
    before = set_of()
    blueprints.accept(before)
    after = at_generation(before, 2, replicas=before.spec.replicas + 1)
    blueprints.accept(after)
    blueprint = blueprints.of(after)

    blueprints.of(before)

    assert blueprint.pcs.spec.replicas == after.spec.replicas
    assert blueprints.of(after).pcs.spec.replicas == after.spec.replicas
