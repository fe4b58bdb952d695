"""A Ray cluster of two simulated machines, started once for all tests that ask for it."""

import os
from pathlib import Path

import pytest

WARNINGS = [
    # Of Ray itself: its own advice, and files that it leaves open.
    *map(
        pytest.mark.filterwarnings,
        (
            "ignore::FutureWarning:ray",
            "ignore::DeprecationWarning:ray",
            "ignore::ResourceWarning",
            "ignore::pytest.PytestUnraisableExceptionWarning",
        ),
    )
]


@pytest.fixture(scope="session")
def machines():
    """A cluster of two machines with one core each."""
    cluster_utils = pytest.importorskip("ray.cluster_utils", reason="Ray is not installed")
    import ray

    import vibelux.library.cluster_pool  # noqa: F401 - switches off what Ray tells of its use

    small = {"num_cpus": 1, "object_store_memory": 100_000_000, "include_dashboard": False}
    changed = {
        "PYTHONPATH": str(Path(__file__).parent / "library"),  # of the analysers
        "RAY_worker_niceness": "0",  # else a busy machine hardly ever gets to them
    }
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args=small)
    cluster.add_node(num_cpus=1, object_store_memory=100_000_000)
    ray.init(cluster.address, namespace="vibelux", log_to_driver=False)
    yield cluster
    ray.shutdown()
    cluster.shutdown()
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
