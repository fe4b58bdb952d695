import inspect
import pickle
import re

import pytest

from vibelux import errors
from vibelux.errors import AudioError, InvalidInput, NoFace, VibeluxError

CLASSES = [
    c for _, c in inspect.getmembers(errors, inspect.isclass) if c.__module__ == errors.__name__
]


def test_the_tree_in_the_docstring_is_the_tree_of_classes() -> None:
    drawn: dict[str, str] = {}
    above: dict[int, str] = {}
    for depth, name in re.findall(r"^( +[│├└─ ]*)([A-Z]\w+)", errors.__doc__, re.MULTILINE):
        above = {d: n for d, n in above.items() if d < len(depth)}
        drawn[name] = above[max(above)] if above else "Exception"
        above[len(depth)] = name
    assert drawn == {c.__name__: c.__bases__[0].__name__ for c in CLASSES}


@pytest.mark.parametrize("error", CLASSES, ids=lambda c: c.__name__)
def test_every_error_belongs_to_the_tree_and_is_described(error: type[VibeluxError]) -> None:
    assert issubclass(error, VibeluxError)
    assert error.__doc__


def test_wrong_values_are_value_errors_too() -> None:
    assert issubclass(InvalidInput, ValueError)


def test_an_audio_error_keeps_its_code_between_processes() -> None:
    error = pickle.loads(pickle.dumps(AudioError("the file is empty", code="empty")))
    assert (str(error), error.code) == ("the file is empty", "empty")


def test_no_face_says_which_kind() -> None:
    assert NoFace("none").state == "no_face"
    assert NoFace("small", state="too_small").state == "too_small"
