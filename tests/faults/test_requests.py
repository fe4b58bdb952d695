"""Every address of the API with values at and beyond the edges: no 500, no other shape."""

import json
import math
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from tests.service.conftest import service  # noqa: F401 - a fixture

TEXTS = st.one_of(
    st.sampled_from(["", "0", "1", "-1", "nan", "inf", "1e999", "~", "/", "..", "null", "true"]),
    st.sampled_from(["\0", "%", "\x1b[31m", "[/red]", ":smile:", "é" * 300, "a" * 5000, "9" * 400]),
    st.text(max_size=30),
    st.integers().map(str),
)

NUMBERS = st.one_of(
    st.integers(),
    st.sampled_from([0, 1, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**400, 1e308, -0.0]),
    st.floats(),
)

SHARES = st.one_of(st.sampled_from([0, 1, 0.5, 1e9, 5e-324, math.nan]), NUMBERS)

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, st.lists(SHARES, max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=6,
)

RAW = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"", b"{", b"[" * 3000, b'{"a":' * 3000, b'"\\ud800"', b"\xff\xfe", b"9" * 5000]
    ),
)


def value_of(schema: dict[str, Any], components: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values of a schema, the good ones more often than others."""
    while "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return st.one_of(*(value_of(one, components) for one in schema["anyOf"]), VALUES)
    if "enum" in schema:
        return st.one_of(st.sampled_from(schema["enum"]), st.sampled_from(schema["enum"]), VALUES)
    match schema.get("type"):
        case "object":
            known = {
                name: value_of(one, components)
                for name, one in schema.get("properties", {}).items()
            }
            required = {name: known[name] for name in schema.get("required", ())}
            optional = {name: one for name, one in known.items() if name not in required}
            return st.one_of(st.fixed_dictionaries(required, optional=optional), VALUES)
        case "array":
            each = schema.get("prefixItems") or [schema["items"]]
            items = st.one_of(*(value_of(one, components) for one in each))
            size = schema.get("minItems", 0)
            return st.one_of(
                st.lists(items, min_size=size, max_size=max(size, 8)),
                st.sampled_from(schema.get("examples", [[1]])),
                VALUES,
            )
        case "integer" | "number":
            low = max(schema.get("minimum", 0), 0)
            return st.one_of(st.integers(int(low), int(low) + 50), st.floats(0, 1), NUMBERS, TEXTS)
        case _:
            return st.one_of(st.sampled_from(schema.get("examples", ["a"])), TEXTS, VALUES)


def requests_for(
    path: str, operation: dict[str, Any], components: dict[str, Any]
) -> st.SearchStrategy[tuple[str, bytes | None]]:
    """Return addresses with queries, and bodies, for an operation."""
    query, address = {}, []
    for part in path.split("/"):
        odd = st.one_of(st.sampled_from(["1", "2", "3"]), TEXTS)
        address.append(odd if part.startswith("{") else st.just(part))
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            query[parameter["name"]] = value_of(parameter["schema"], components)
    body: st.SearchStrategy[bytes | None] = st.none()
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        good = value_of(schema, components).map(lambda value: json.dumps(value).encode())
        body = st.one_of(good, good, good, RAW)

    def whole(parts: list[str], asked: dict[str, Any]) -> str:
        told = "&".join(
            f"{name}={quote(str(value).encode('utf-8', 'surrogatepass'))}"
            for name, value in asked.items()
        )
        coded = (quote(part.encode("utf-8", "surrogatepass"), safe="{}") for part in parts)
        return "/".join(coded) + (f"?{told}" if told else "")

    return st.tuples(
        st.builds(whole, st.tuples(*address), st.fixed_dictionaries({}, optional=query)), body
    )


def not_a_number(token: str) -> float:
    raise AssertionError(f"{token} is not JSON")


def answer_to(client: httpx.Client, method: str, address: str, body: bytes | None) -> None:
    """Ask, and check that the answer is a success, or a stated error in the one shape."""
    headers = {"Content-Type": "application/json"}
    answer = client.request(
        method, f"{str(client.base_url).rstrip('/')}{address}", content=body, headers=headers
    )
    assert answer.status_code < 500, (method, address, body, answer.text)
    if answer.headers.get("content-type", "").startswith("application/json"):
        found = json.loads(answer.content or "{}", parse_constant=not_a_number)
        assert answer.status_code < 400 or method == "head" or found.keys() == {"error"}
    else:
        assert answer.status_code < 400 or method == "head", (method, address, answer.text)


def test_no_request_meets_a_mistake_of_ours(
    service,  # noqa: F811
    rounds: Callable[[int, int], int],
    caplog: pytest.LogCaptureFixture,
):
    described = service.client.get("/openapi.json").json()
    often = settings(
        max_examples=rounds(6, 300),
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=rounds(1, 0) == 1,
    )
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            if (path, method) == ("/api/v1/scan", "post"):
                continue  # a good one would begin a scan; tests/service/test_requests.py has others

            def ask(request: tuple[str, bytes | None]) -> None:
                answer_to(service.client, method, *request)  # noqa: B023 - called below

            often(given(requests_for(path, operation, described["components"]["schemas"]))(ask))()
    assert "Traceback" not in caplog.text
