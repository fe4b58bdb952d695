import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { FakeServer } from "./fakes";
import { FakeAudio, freshPage, keptByAnotherTab, loadedAgain, pass, songOf, told } from "./fakes";
import type { Song } from "../../src/player/session";

const HAPPY = [0, 0, 0, 1, 0, 0, 0];

let server: FakeServer;
let player: typeof import("../../src/player/player");
let mood: typeof import("../../src/mood/mood");

beforeEach(async () => {
  server = freshPage();
  player = await import("../../src/player/player");
  mood = await import("../../src/mood/mood");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function playing(): Promise<void> {
  mood.setMood(HAPPY, "sliders");
  await pass(1);
  player.start();
  await pass(1);
}

const song = (id: number) => songOf(id) as unknown as Song;
const now = () => player.playing.value?.song.id;
const ahead = () => player.upcoming.value.map((turn) => turn.song.id);
const whats = () => server.asked.map(({ body }) => body["what"]).filter(Boolean);

describe("the player", () => {
  test("a radio ends when the person says where the music shall go, not when a face moves", async () => {
    await playing();
    const radio = [11, 12].map((id) => ({
      song: song(id),
      pick: null,
      policy: "match" as const,
      radioOf: "Song 10",
    }));
    player.playAll([{ song: song(10), pick: null, policy: null }, ...radio]);
    player.enqueue(song(20));
    await pass(1);
    mood.setMood(HAPPY, "camera");
    await pass(1);
    expect(ahead().slice(0, 3)).toEqual([11, 12, 20]);
    mood.setMood([0, 0, 0, 0, 0, 1, 0], "word");
    await pass(1000);
    expect(now()).toBe(10);
    expect(ahead().slice(0, 3)).toEqual([20, 2, 3]);
  });

  test("begins with what fits the mood of now, not with what came for another one", async () => {
    mood.setMood(HAPPY, "sliders");
    await pass(1);
    mood.setMood([0, 0, 0, 0, 1, 0, 0], "map");
    player.start(); // before the session has followed
    expect(now()).toBeUndefined();
    await pass(1);
    expect(now()).toBe(1);
    const told = server.asked.map(({ body }) => (body["mood"] ? "mood" : body["what"]));
    expect(told.filter(Boolean)).toEqual(["mood", "mood", "begun"]);
  });

  test("pauses when another tab plays", async () => {
    await playing();
    keptByAnotherTab("vibelux.theme");
    expect(player.paused.value).toBe(false);
    keptByAnotherTab("vibelux.sounds");
    expect(player.paused.value).toBe(true);
    player.play();
    await pass(1);
    expect(player.paused.value).toBe(false);
  });

  test("plays what fits, and goes on by itself", async () => {
    await playing();
    expect(now()).toBe(1);
    expect(FakeAudio.now.song).toBe(1);
    expect(player.paused.value).toBe(false);
    FakeAudio.now.end();
    await pass(1);
    expect(now()).toBe(2);
    expect(FakeAudio.now.song).toBe(2);
    expect(whats()).toEqual(["begun", "played", "begun"]);
    expect(ahead()).toEqual([3, 4, 5, 6]);
  });

  test("plays anything where there is no mood", async () => {
    player.toggle();
    await pass(1000);
    expect(now()).toBe(1);
    expect(server.asked[0]?.body).toMatchObject({ policy: "off" });
  });

  test("loads the next song near the end, and starts it before the last sample", async () => {
    await playing();
    const [first, second] = FakeAudio.all;
    first!.reach(10);
    expect(second!.src).toBe("");
    first!.reach(50);
    expect(second!.song).toBe(2);
    first!.reach(59.5);
    expect(second!.paused).toBe(true);
    first!.currentTime = 59.97;
    await pass(480);
    expect(second!.paused).toBe(false);
    expect(now()).toBe(2);
    expect(first!.song).toBe(1); // its last moment still sounds
    first!.end();
    await pass(1);
    expect(now()).toBe(2);
    expect(whats()).toEqual(["begun", "played", "begun"]);
  });

  test("a jump back near the end does not end the song", async () => {
    await playing();
    const [first] = FakeAudio.all;
    first!.reach(50);
    first!.reach(59.5);
    player.seek(5);
    await pass(1000);
    expect(now()).toBe(1);
  });

  test("a skip tells how much was heard, not now that nothing of it was wanted", async () => {
    await playing();
    FakeAudio.now.reach(12);
    player.next();
    await pass(1);
    FakeAudio.now.reach(30);
    player.notNow();
    await pass(1);
    expect(server.sent("skipped").map(({ body }) => [body["song"], body["after_seconds"]])).toEqual(
      [
        [1, 12],
        [2, 0],
      ],
    );
    expect(now()).toBe(3);
  });

  test("fast fingers get no song twice", async () => {
    await playing();
    player.next();
    player.next();
    player.next();
    await pass(10);
    expect(now()).toBe(4);
    expect(ahead()).toEqual([5, 6]);
  });

  test("previous goes to the start, then to the song before, and next comes back", async () => {
    await playing();
    FakeAudio.now.end();
    await pass(1);
    FakeAudio.now.reach(20);
    player.previous();
    expect(FakeAudio.now.currentTime).toBe(0);
    expect(now()).toBe(2);
    player.previous();
    await pass(1);
    expect(now()).toBe(1);
    player.next();
    await pass(1);
    expect(now()).toBe(2);
  });

  test("songs that the person asked for come first", async () => {
    await playing();
    player.enqueue(song(50));
    player.enqueue(song(5));
    expect(ahead()).toEqual([50, 5, 2, 3, 4, 6]);
    player.playSong(song(99));
    await pass(1);
    expect(now()).toBe(99);
    expect(whats()).toEqual(["begun", "begun"]); // to choose another song is no skip
    FakeAudio.now.end();
    await pass(1);
    expect(now()).toBe(50);
  });

  test("a song chosen near the end of another: that one was heard", async () => {
    await playing();
    FakeAudio.now.reach(55);
    player.playTurn(player.upcoming.value[2]!);
    await pass(1);
    expect(now()).toBe(4);
    expect(whats()).toEqual(["begun", "played", "begun"]);
    expect(ahead()).toEqual([2, 3, 5, 6]);
  });

  test("a song that was taken out of the queue does not come", async () => {
    await playing();
    player.enqueue(song(50));
    player.removeTurn(player.upcoming.value[0]!);
    player.removeTurn(player.upcoming.value[0]!);
    await pass(1);
    expect(ahead()).toEqual([3, 4, 5, 6]);
  });

  test("the song that plays goes on when the mood changes", async () => {
    await playing();
    FakeAudio.now.reach(20);
    server.songs = [1, 6, 5, 4, 3, 2];
    mood.setMood([1, 0, 0, 0, 0, 0, 0], "camera");
    await pass(3000);
    expect(ahead()).toEqual([6, 5, 4, 3, 2]);
    expect(now()).toBe(1);
    expect(FakeAudio.now.currentTime).toBe(20);
  });

  test("a song that does not fit makes way", async () => {
    await playing();
    player.wrongMood(song(1));
    await pass(1);
    expect(server.sent("wrong_mood")).toMatchObject([{ body: { song: 1 } }]);
    expect(server.sent("wrong_mood")[0]?.body).not.toHaveProperty("mood");
    expect(now()).toBe(2);
    player.wrongMood(song(2), HAPPY);
    await pass(1);
    expect(server.sent("wrong_mood")[1]).toMatchObject({ body: { song: 2, mood: HAPPY } });
  });

  test("levels follow the loudness and the volume", async () => {
    await playing();
    player.volume.set(0.5);
    expect(FakeAudio.now.volume).toBeCloseTo(0.25);
    player.muted.set(true);
    expect(FakeAudio.now.volume).toBe(0);
  });
});

describe("a tab that is loaded again", () => {
  async function reload(): Promise<void> {
    player.remember();
    loadedAgain();
    player = await import("../../src/player/player");
    mood = await import("../../src/mood/mood");
    await pass(1);
  }

  test("shows what played, and goes on there when the person says so", async () => {
    await playing();
    player.enqueue(song(9));
    FakeAudio.now.reach(20);
    await reload();
    expect(now()).toBe(1);
    expect(player.playing.value?.pick).toMatchObject({ score: 1 });
    expect(player.place.value).toEqual({ at: 20, duration: 60 });
    expect(ahead()).toEqual([9, 2, 3, 4, 5, 6]);
    expect(player.paused.value).toBe(true);
    expect(FakeAudio.all.every(({ src }) => src === "")).toBe(true);
    player.toggle();
    await pass(1);
    expect(FakeAudio.now.song).toBe(1);
    expect(FakeAudio.now.currentTime).toBe(20);
    FakeAudio.now.end();
    await pass(1);
    expect(now()).toBe(9);
  });

  test("can be told to go on elsewhere, or with another song", async () => {
    await playing();
    FakeAudio.now.reach(20);
    await reload();
    player.seek(40);
    expect(player.place.value.at).toBe(40);
    player.play();
    await pass(1);
    expect(FakeAudio.now.currentTime).toBe(40);
    await reload();
    player.next();
    await pass(1);
    expect(FakeAudio.now.song).toBe(2);
    expect(FakeAudio.now.currentTime).toBe(0);
    expect(server.sent("skipped")).toMatchObject([{ body: { song: 1, after_seconds: 40 } }]);
  });

  test("stays silent when the service comes back", async () => {
    await playing();
    server.away = true;
    await reload();
    server.away = false;
    await pass(60_000);
    expect(now()).toBe(1);
    expect(player.paused.value).toBe(true);
  });

  test("ignores what it does not understand", async () => {
    for (const text of ["[", "3", '{"turn": {}, "at": 1, "asked": []}', '{"at": null}']) {
      sessionStorage.setItem("vibelux.playing", text);
      loadedAgain();
      player = await import("../../src/player/player");
      expect(player.playing.value).toBeNull();
    }
  });
});

describe("what can go wrong", () => {
  test("a browser that wants a click first is no error of the song", async () => {
    FakeAudio.refusal = new DOMException("", "NotAllowedError");
    await playing();
    expect(player.refused.value).toBe(true);
    expect(player.paused.value).toBe(true);
    expect(now()).toBe(1);
    FakeAudio.refusal = null;
    player.toggle();
    await pass(1);
    expect(player.refused.value).toBe(false);
    expect(FakeAudio.now.song).toBe(1);
  });

  test("a song that is gone is passed over, with its reason", async () => {
    server.vanished.add(1);
    await playing();
    FakeAudio.now.fail();
    await pass(10);
    expect(now()).toBe(2);
    expect(told).toEqual(["“Song 1” cannot be played."]);
    expect(whats()).not.toContain("skipped");
  });

  test("one that breaks off is tried again where it was, once", async () => {
    await playing();
    FakeAudio.now.reach(30);
    FakeAudio.now.fail();
    await pass(10);
    expect(now()).toBe(1);
    expect(FakeAudio.now.currentTime).toBe(30);
    expect(told).toEqual([]);
    FakeAudio.now.fail();
    await pass(10);
    expect(now()).toBe(2);
    expect(told).toHaveLength(1);
  });

  test.each(["OnMediaSinkAudioError", "AUDIO_RENDERER_ERROR: audio render error"])(
    "without speakers it waits where it was until it is told to go on: %s",
    async (said) => {
      await playing();
      FakeAudio.now.reach(30);
      FakeAudio.now.fail(said);
      await pass(5000);
      expect(now()).toBe(1);
      expect([player.paused.value, player.waiting.value]).toEqual([true, false]);
      expect(told).toEqual(["This computer has nothing to play the sound on."]);
      expect(server.asked.filter(({ path }) => path.startsWith("/audio"))).toEqual([]);
      player.toggle();
      await pass(10);
      expect(FakeAudio.now.currentTime).toBe(30);
      expect(player.paused.value).toBe(false);
    },
  );

  test("it does not spin through a library whose disk is gone", async () => {
    server.songs = Array.from({ length: 30 }, (_, i) => i + 1);
    for (const id of server.songs) server.vanished.add(id);
    await playing();
    for (let i = 0; i < 30 && !player.paused.value; i++) {
      FakeAudio.now.fail();
      await pass(10);
    }
    expect(server.asked.filter(({ path }) => path.startsWith("/audio"))).toHaveLength(5);
    expect(told.at(-1)).toBe("5 songs in a row cannot be played.");
    expect(player.paused.value).toBe(true);
  });

  test("a song asked for in silence that fails leaves silence", async () => {
    server.vanished.add(9);
    player.playSong(song(9));
    await pass(10);
    FakeAudio.now.fail();
    await pass(10);
    expect(player.playing.value).toBeNull();
    expect(told).toHaveLength(1);
  });

  test.each(["away", "locked"] as const)(
    "the server is %s: the song waits, and goes on where it was",
    async (how) => {
      await playing();
      FakeAudio.now.reach(30);
      server[how] = true;
      FakeAudio.now.fail();
      await pass(5000);
      expect(now()).toBe(1);
      expect(player.waiting.value).toBe(true);
      expect(told).toEqual([]);
      server[how] = false;
      server.restart();
      await pass(5000);
      expect(now()).toBe(1);
      expect(FakeAudio.now.currentTime).toBe(30);
      FakeAudio.now.end();
      await pass(10);
      expect(now()).toBe(2);
    },
  );

  test("after the last song of a library of one, it plays again", async () => {
    server.songs = [1];
    await playing();
    FakeAudio.now.end();
    await pass(10);
    expect(now()).toBe(1);
    expect(server.sent("begun")).toHaveLength(2);
  });
});
