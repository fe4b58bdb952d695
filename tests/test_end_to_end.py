"""From a folder of clips to recommendations: real clips of the research data, shipped weights.

The shipped weights have heard these clips in training: this shows that the whole way works, not how
well the model generalises.
"""

import csv
import json
from collections import defaultdict

EACH = 12
QUADRANTS = {"happy": "Q1", "angry": "Q2", "sad": "Q3"}


def test_clips_of_the_fitting_quadrant_come_first(shared_data, tmp_path, run_cli):
    music = shared_data / "music"
    with (music / "manifest.csv").open(encoding="utf-8") as file:
        clips = [row for row in csv.DictReader(file) if row["quadrant"]]
    chosen = defaultdict(list)
    folder = tmp_path / "clips"
    folder.mkdir()
    for row in clips[3::5]:
        if len(chosen[row["quadrant"]]) < EACH:
            name = f"{row['quadrant']}-{len(chosen[row['quadrant']])}.opus"
            (folder / name).write_bytes((music / row["path"]).read_bytes())
            chosen[row["quadrant"]].append(name)
    done = run_cli("scan", folder, "--workers", "2", "--json")
    assert json.loads(done.stdout)["analysed"] == 4 * EACH, done.stderr
    precisions = []
    for emotion, quadrant in QUADRANTS.items():
        done = run_cli("recommend", "--mood", f"{emotion}=1", "-n", "10", "--json")
        titles = [song["path"].rsplit("-", 1)[0][-2:] for song in json.loads(done.stdout)["songs"]]
        precisions.append(titles.count(quadrant) / 10)
    assert sum(precisions) / 3 >= 0.6, precisions
    assert min(precisions) > 0.25, precisions  # chance

    done = run_cli("similar", str(folder / "Q2-0.opus"), "-n", "5", "--json")
    found = json.loads(done.stdout)
    assert found["song"]["path"].endswith("Q2-0.opus")
    assert len(found["songs"]) == 5
    scores = [song["score"] for song in found["songs"]]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] < 1

    playlist = tmp_path / "like.m3u8"
    done = run_cli("similar", "Q2-0", "-n", "3", "--m3u8", playlist)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert playlist.read_text(encoding="utf-8").count(".opus") >= 3
    done = run_cli("similar", "Q2-")
    assert (done.returncode, "songs fit 'Q2-'" in done.stderr) == (1, True)
