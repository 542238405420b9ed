"""Every example that users are given comes up as it should be, and is then left alone."""

import pytest
import yaml

from tests.contract.guide import assert_ready, delete_set
from tests.contract.stand import EXAMPLES, demo_stand, example


@pytest.mark.looptime
@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.yaml")))
async def test_example_comes_up_and_goes(name):
    async with demo_stand(nodes=6) as stand:
        manifest = example(name)
        await stand.apply(manifest)
        assert_ready(await stand.right())
        await stand.ends_quietly()

        await delete_set(stand, manifest["metadata"]["name"])


def test_an_example_is_one_podcliqueset():
    for path in EXAMPLES.glob("*.yaml"):
        [manifest] = yaml.load_all(path.read_text(), yaml.CSafeLoader)
        assert manifest["kind"] == "PodCliqueSet"
