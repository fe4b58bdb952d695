import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { FakeServer } from "./fakes";
import { freshPage, pass, told } from "./fakes";

const HAPPY = [0, 0, 0, 1, 0, 0, 0];
const SAD = [0, 0, 0, 0, 0, 1, 0];

let server: FakeServer;
let session: typeof import("../../src/player/session");
let mood: typeof import("../../src/mood/mood");

beforeEach(async () => {
  server = freshPage();
  session = await import("../../src/player/session");
  mood = await import("../../src/mood/mood");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ids = (): number[] => session.queue.value.map(({ song }) => song.id);
const song = (id: number) => session.queue.value.find((pick) => pick.song.id === id)!.song;
const patches = () => server.asked.filter(({ method }) => method === "PATCH");

describe("a session", () => {
  test("is silent until there is a mood, then follows it", async () => {
    await pass(5000);
    expect(server.asked).toEqual([]);
    expect(session.standing.value).toBe("silent");
    mood.setMood(HAPPY, "camera");
    await pass(1);
    expect(server.asked[0]).toMatchObject({
      method: "POST",
      path: "/sessions",
      body: { mood: HAPPY, source: "face", policy: "match", strength: 0.7 },
    });
    expect(session.standing.value).toBe("ready");
    expect(ids()).toEqual([1, 2, 3, 4, 5, 6]);
    mood.setMood(SAD, "sliders");
    await pass(1000);
    expect(patches()).toMatchObject([{ body: { mood: SAD, source: "chosen" } }]);
    expect(patches()[0]?.body).not.toHaveProperty("policy"); // a journey would begin anew
  });

  test("a mood that was taken back counts no more from the next song on", async () => {
    mood.setMood(HAPPY, "camera");
    await pass(1);
    session.begun(song(1));
    await pass(5000);
    mood.withdrawMood("camera");
    await pass(5000);
    expect(patches()).toEqual([]); // it may come back before
    session.feedback(song(2), { what: "liked" });
    await pass(1);
    expect(server.sent("liked")).toHaveLength(1);
    mood.setMood(HAPPY, "camera");
    await pass(5000);
    expect(patches()).toEqual([]);
    mood.withdrawMood("camera");
    session.begun(song(3));
    await pass(1);
    expect(patches()).toMatchObject([{ body: { policy: "off", mood: Array(7).fill(1 / 7) } }]);
    mood.setMood(SAD, "camera");
    await pass(5000);
    expect(patches()[1]).toMatchObject({ body: { policy: "match", mood: SAD, source: "face" } });
    mood.setMood(HAPPY, "sliders");
    mood.withdrawMood("camera"); // another way gave it
    expect(mood.mood.value?.mood).toEqual(HAPPY);
  });

  test("without a song nothing is to come for a mood that was taken back", async () => {
    mood.setMood(HAPPY, "camera");
    await pass(1);
    mood.withdrawMood("camera");
    expect(ids()).toEqual([]);
    mood.setMood(HAPPY, "camera");
    expect(ids()).toEqual([1, 2, 3, 4, 5, 6]);
    mood.withdrawMood("camera");
    session.anything.set(true);
    session.open();
    await pass(1);
    expect(patches()).toMatchObject([{ body: { policy: "off" } }]);
    expect(ids()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("a mood that is moved all the time is followed now and then, one that rests is not asked again", async () => {
    mood.setMood(HAPPY, "map");
    await pass(1);
    for (let i = 1; i <= 50; i++) {
      mood.setMood([0, 0, 0, 1, i / 5, 0, 0], "map");
      await pass(100); // five seconds in all
    }
    await pass(1000);
    expect(patches().length).toBeGreaterThanOrEqual(2);
    expect(patches().length).toBeLessThanOrEqual(3);
    const before = patches().length;
    mood.setMood([0, 0, 0, 1.01, 10, 0, 0], "map");
    await pass(5000);
    expect(patches().length).toBe(before);
  });

  test("a face's mood is told at once, the number that is shown", async () => {
    mood.setMood(HAPPY, "camera");
    await pass(1);
    mood.setMood([0, 0, 0, 0.88, 0, 0.12, 0], "camera");
    await pass(1);
    expect(patches()).toMatchObject([{ body: { mood: mood.mood.value?.mood, source: "face" } }]);
  });

  test("plays anything where no mood is wanted, by chance", async () => {
    session.policy.set("lift");
    session.anything.set(true);
    await pass(1000);
    expect(server.asked[0]?.body).toMatchObject({ policy: "off", source: "chosen" });
    expect(session.orderedBy()).toBe("off");
    mood.setMood(HAPPY, "map");
    await pass(1000);
    expect(patches()[0]?.body).toMatchObject({ policy: "lift", mood: HAPPY });
    expect(session.orderedBy()).toBe("lift");
  });

  test("a journey has its goal, other policies have none", async () => {
    mood.setMood(SAD, "sliders");
    await pass(1);
    session.policy.set("journey");
    await pass(1000);
    expect(patches()[0]?.body).toMatchObject({ policy: "journey", goal: HAPPY, length: 12 });
    expect(session.way.value?.places).toHaveLength(12);
    session.goal.set("sad");
    await pass(1000);
    expect(patches()[1]?.body).toMatchObject({ policy: "journey", goal: SAD });
    session.length.set(5);
    await pass(1000);
    expect(patches()[2]?.body).toMatchObject({ policy: "journey", goal: SAD, length: 5 });
    expect(session.way.value?.places).toHaveLength(5);
    session.policy.set("off");
    await pass(1000);
    expect(patches()[3]?.body).toMatchObject({ policy: "off" });
    expect(patches()[3]?.body).not.toHaveProperty("goal");
    expect(patches()[3]?.body).not.toHaveProperty("length");
    expect(session.way.value).toBeNull();
  });

  test("a song that began, was removed or cannot be played does not come", async () => {
    mood.setMood(HAPPY, "camera");
    await pass(1);
    session.begun(song(1));
    session.remove(3);
    session.cannotPlay(4);
    expect(ids()).toEqual([2, 5, 6]); // at once
    await pass(1);
    expect(ids()).toEqual([2, 5, 6]);
    expect(server.sent("begun")).toMatchObject([{ body: { song: 1 } }]);
    expect(server.sent("skipped")).toEqual([]);
  });

  test("the server forgets it: a new one begins, and what was heard does not come again", async () => {
    mood.setMood(HAPPY, "camera");
    await pass(1);
    session.begun(song(1));
    await pass(1);
    server.restart();
    session.feedback(song(2), { what: "liked" });
    await pass(1);
    expect(server.asked.filter(({ path }) => path === "/sessions")).toHaveLength(2);
    expect(server.sent("liked")).toHaveLength(2); // refused, then heard
    expect(ids()).not.toContain(1);
    expect(told).toEqual([]);
  });

  test("what is said while the server is away is said when it is back", async () => {
    mood.setMood(HAPPY, "camera");
    await pass(1);
    const liked = song(2);
    server.away = true;
    session.feedback(liked, { what: "liked" });
    await pass(10_000);
    expect(ids()).toHaveLength(6); // what is known stays
    expect(session.toldOf.value).toBe(0);
    server.away = false;
    server.restart();
    await pass(5000);
    expect(session.toldOf.value).toBe(1);
    expect(server.sent("liked").at(-1)).toMatchObject({ body: { song: 2 } });
    expect(told).toEqual([]);
  });

  test("every song was heard: it begins anew, without the one that plays", async () => {
    server.songs = [1, 2];
    mood.setMood(HAPPY, "camera");
    await pass(1);
    session.begun(song(1));
    await pass(1);
    session.begun(song(2));
    await pass(1);
    expect(ids()).toEqual([1]);
    expect(told).toHaveLength(1);
  });

  test("a library of one song plays it again", async () => {
    server.songs = [1];
    mood.setMood(HAPPY, "camera");
    await pass(1);
    session.begun(song(1));
    await pass(1);
    expect(ids()).toEqual([]);
    session.finished();
    expect(ids()).toEqual([1]);
    expect(told).toEqual([]);
  });

  test("an empty library is no error, and is asked again", async () => {
    server.songs = [];
    mood.setMood(HAPPY, "camera");
    await pass(1);
    expect(session.standing.value).toBe("empty");
    expect(told).toEqual([]);
    server.songs = [7];
    session.refresh();
    await pass(1);
    expect(session.standing.value).toBe("ready");
    expect(ids()).toEqual([7]);
  });

  describe("when the tab is loaded again", () => {
    /** Does what a reload does: everything anew but what the browser keeps. */
    const reload = async (): Promise<void> => {
      vi.resetModules();
      server.asked.length = 0;
      session = await import("../../src/player/session");
      mood = await import("../../src/mood/mood");
    };

    test("it goes on as the server knows it", async () => {
      mood.setMood(SAD, "sliders");
      session.policy.set("journey");
      session.goal.set("surprise");
      session.length.set(7);
      session.strength.set(0.25);
      await pass(1000);
      session.begun(song(1));
      session.remove(3);
      await pass(1);
      localStorage.setItem("vibelux.strength", "0.9"); // by another tab
      await reload();
      await pass(5000);
      expect(ids()).toEqual([2, 4, 5, 6]);
      expect(session.standing.value).toBe("ready");
      expect(session.orderedBy()).toBe("journey");
      expect(mood.mood.value).toMatchObject({ mood: SAD, source: "chosen", by: null });
      expect(session.policy.value).toBe("journey");
      expect(session.goal.value).toBe("surprise");
      expect(session.length.value).toBe(7);
      expect(session.way.value?.places).toHaveLength(7);
      expect(session.strength.value).toBe(0.25);
      expect(server.asked).toHaveLength(1); // nothing is told anew: a journey would begin again
      session.feedback(song(2), { what: "liked" });
      await pass(1);
      expect(server.sent("liked")).toMatchObject([{ path: "/sessions/s1/feedback" }]);
    });

    test("nothing of a face is remembered, and the next one is followed", async () => {
      mood.setMood(SAD, "camera");
      session.policy.set("calm");
      await pass(1000);
      session.begun(song(1));
      await pass(1);
      await reload();
      await pass(5000);
      expect(mood.mood.value).toBeNull();
      expect(ids()).toEqual([]);
      expect(session.policy.value).toBe("calm");
      expect(server.asked).toHaveLength(1); // no other session is begun
      expect(told).toEqual([]);
      mood.setMood(HAPPY, "camera");
      await pass(1000);
      expect(patches().at(-1)).toMatchObject({ path: "/sessions/s1", body: { mood: HAPPY } });
      expect(ids()).toEqual([2, 3, 4, 5, 6]);
    });

    test("anything goes on as anything", async () => {
      session.policy.set("calm");
      session.anything.set(true);
      await pass(1000);
      await reload();
      await pass(5000);
      expect(ids()).toEqual([1, 2, 3, 4, 5, 6]);
      expect(mood.mood.value).toBeNull();
      expect(session.policy.value).toBe("calm");
      expect(session.orderedBy()).toBe("off");
      expect(server.asked).toHaveLength(1);
    });

    test("a mood that is given meanwhile counts", async () => {
      mood.setMood(SAD, "sliders");
      await pass(1);
      server.away = true;
      await reload();
      mood.setMood(HAPPY, "sliders");
      server.away = false;
      await pass(5000);
      expect(mood.mood.value).toMatchObject({ mood: HAPPY });
      expect(patches().at(-1)).toMatchObject({ path: "/sessions/s1", body: { mood: HAPPY } });
    });

    test("a session that the server has forgotten is over without a word", async () => {
      mood.setMood(SAD, "sliders");
      await pass(1);
      server.restart();
      await reload();
      await pass(5000);
      expect(session.standing.value).toBe("silent");
      expect(mood.mood.value).toBeNull();
      expect(told).toEqual([]);
      mood.setMood(HAPPY, "sliders");
      await pass(1);
      expect(server.asked.at(-1)).toMatchObject({ path: "/sessions", body: { mood: HAPPY } });
      expect(ids()).toHaveLength(6);
    });

    test("a server that is away is waited for", async () => {
      mood.setMood(SAD, "sliders");
      await pass(1);
      server.away = true;
      await reload();
      await pass(5000);
      expect(session.standing.value).toBe("working");
      server.away = false;
      await pass(5000);
      expect(ids()).toHaveLength(6);
      expect(mood.mood.value).toMatchObject({ mood: SAD, source: "chosen" });
    });

    test.each(["7", "null", "{", '{"id": 3}', '{"id": "s1", "source": "x", "removed": []}'])(
      "nonsense that was kept is not believed: %s",
      async (text) => {
        sessionStorage.setItem("vibelux.session", text);
        await reload();
        await pass(5000);
        expect(server.asked).toEqual([]);
        expect(session.standing.value).toBe("silent");
      },
    );
  });

  test("settings last, and nonsense that was kept is not believed", async () => {
    session.strength.set(0.25);
    expect(localStorage.getItem("vibelux.strength")).toBe("0.25");
    localStorage.setItem("vibelux.strength", "7");
    localStorage.setItem("vibelux.policy", '"sleep"');
    localStorage.setItem("vibelux.length", "2");
    vi.resetModules();
    const again = await import("../../src/player/session");
    expect(again.strength.value).toBe(0.7);
    expect(again.policy.value).toBe("match");
    expect(again.length.value).toBe(12);
  });
});
