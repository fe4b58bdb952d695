"""What `import vibelux` offers, and that it costs nothing until it is used."""

import subprocess
import sys

import pytest

import vibelux
from vibelux import errors


def test_every_name_leads_to_what_it_says():
    for name in vibelux.__all__:
        value = getattr(vibelux, name)
        assert getattr(value, "__name__", name) in (name, "ndarray"), name
        assert name in dir(vibelux)
    assert vibelux.FaceReader.__module__ == "vibelux.face.reading"
    assert vibelux.recommend_songs.__module__.startswith("vibelux.recommend.")
    assert vibelux.EMOTIONS[3] == "happy"


def test_every_error_is_there():
    raised = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.VibeluxError)
    }
    assert raised <= set(vibelux.__all__)


def test_another_name_is_said_not_to_be_there():
    with pytest.raises(AttributeError, match="module 'vibelux' has no attribute 'Faces'"):
        vibelux.Faces  # noqa: B018


def test_the_import_alone_loads_nothing():
    code = "import sys, vibelux; print(*{m.partition('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "av", "PIL", "sqlalchemy", "onnxruntime"} & set(done.stdout.split())
    code = "import vibelux; vibelux.EMOTIONS; import sys; print('av' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
