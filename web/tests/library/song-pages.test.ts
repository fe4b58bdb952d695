import { expect, test } from "vitest";
import { SongPages } from "../../src/library/song-pages";

interface Asked {
  offset: number;
  signal: AbortSignal;
  answer: (total?: number) => Promise<void>;
  refuse: () => Promise<void>;
}

/** A list of numbers whose answers the test hands out. */
function list(): { pages: SongPages<number>; asked: Asked[]; news: string[] } {
  const asked: Asked[] = [];
  const news: string[] = [];
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  const pages = new SongPages<number>(
    (offset, limit, signal) =>
      new Promise((resolve, reject) => {
        asked.push({
          offset,
          signal,
          answer: (total = 1000) => {
            const count = Math.min(limit, total - offset);
            resolve({ total, songs: Array.from({ length: count }, (_, i) => offset + i) });
            return settled();
          },
          refuse: () => {
            reject(new Error("away"));
            return settled();
          },
        });
      }),
    () => news.push("changed"),
    (error) => news.push(String(error)),
  );
  return { pages, asked, news };
}

test("only what is looked at is asked for, and once", async () => {
  const { pages, asked, news } = list();
  expect(pages.total).toBeNull();
  pages.want(250, 320);
  pages.want(260, 330);
  expect(asked.map(({ offset }) => offset)).toEqual([200, 300]);
  await asked[0]!.answer();
  expect([pages.total, pages.at(299), pages.at(300), pages.at(0)]).toEqual([
    1000,
    299,
    undefined,
    undefined,
  ]);
  await asked[1]!.answer();
  pages.want(200, 399);
  expect(pages.at(399)).toBe(399);
  expect(asked).toHaveLength(2);
  expect(news).toEqual(["changed", "changed"]);
});

test("who scrolls on gives up on what is no longer seen", async () => {
  const { pages, asked, news } = list();
  pages.want(0, 10);
  pages.want(500, 510);
  expect(asked[0]!.signal.aborted).toBe(true);
  await asked[0]!.answer(); // too late
  expect(pages.at(0)).toBeUndefined();
  await asked[1]!.answer();
  expect(pages.at(505)).toBe(505);
  pages.want(0, 10); // asked for again
  expect(asked).toHaveLength(3);
  expect(news).toEqual(["changed"]);
});

test("a failure is told, and the part can be asked for again", async () => {
  const { pages, asked, news } = list();
  pages.want(0, 0);
  await asked[0]!.refuse();
  expect(news).toEqual(["Error: away"]);
  pages.want(0, 0);
  await asked[1]!.answer(1);
  expect(pages.total).toBe(1);
});

test("parts far away are forgotten", async () => {
  const { pages, asked } = list();
  for (let page = 0; page <= 41; page++) {
    pages.want(100 * page, 100 * page);
    await asked[page]!.answer(10_000);
  }
  pages.want(4100, 4100);
  expect(pages.at(0)).toBeUndefined();
  expect(pages.at(4100)).toBe(4100);
});
