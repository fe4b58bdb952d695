import { address, type Schemas } from "./api/client";
import { reachable } from "./api/service";
import { h } from "./dom";
import { numbersOf } from "./emotions";
import { moodTile } from "./mood-tile";

/** Pixels of a cover's longer side that the server makes. */
export type CoverSize = 96 | 256 | 512;

/** Rows that one scrolls past ask for nothing. */
const SOON_MS = 120;

type Song = Pick<Schemas["SongOut"], "id" | "mood">;

export function coverAddress(song: Song, size: CoverSize): string {
  return address("/api/v1/songs/{song_id}/cover", { song_id: song.id }, { size });
}

/**
 * A song's picture: its cover, and the colours of its mood until that has come, or where it has none.
 *
 * The side of the square is that of the style sheet; `soon` puts off asking until the picture has
 * been in the page for a moment, for lists that one scrolls through.
 */
export function cover(
  song: Song | null,
  { size = 96, soon = false }: { size?: CoverSize; soon?: boolean } = {},
): HTMLElement {
  const tile = moodTile(song === null || song.mood === null ? null : numbersOf(song.mood));
  if (song === null) return tile;
  const show = (): void => {
    if (!reachable.value || (soon && !tile.isConnected)) return;
    const image = h("img", { class: "cover", alt: "", decoding: "async" });
    image.addEventListener("load", () => image.classList.add("is-there"));
    image.addEventListener("error", () => image.remove()); // the song has none
    image.src = coverAddress(song, size);
    tile.append(image);
  };
  if (soon) setTimeout(show, SOON_MS);
  else show();
  return tile;
}
