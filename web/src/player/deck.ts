/** Two audio elements: one plays, the other has the next song ready. */

/** What a deck plays. */
export interface Sound {
  readonly song: number;
  readonly url: string;
  /** Factor of the samples, see levelling.ts. */
  readonly gain: number;
}

/** Whom a deck tells about the sound that plays; never about the other one. */
export interface Listener {
  /** The place, the duration, or whether it waits for data has changed. */
  moved: () => void;
  /** Played or paused, by whoever: also by headphones or a call. */
  turned: () => void;
  ended: () => void;
  failed: () => void;
}

/**
 * Seconds before the end at which the next song is started: about what an element takes from
 * `play()` to its first sample, so that albums flow.
 */
const LEAD = 0.03;
/** Seconds before the end at which the start is timed. */
const CLOSE = 0.75;
/** `HTMLMediaElement.HAVE_FUTURE_DATA`. */
const CAN_GO_ON = 3;
/** What Firefox and Chromium say where the sound's way out is at fault, and not the file. */
const NO_OUTPUT = /MediaSinkAudioError|AUDIO_RENDERER_ERROR/;

interface Side {
  readonly audio: HTMLAudioElement;
  sound: Sound | null;
}

export class Deck {
  #now: Side;
  #next: Side;
  #volume = 1;
  #level: (volume: number, gain: number) => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the other side gets as soon as the last moments of its song have sounded. */
  #later: Sound | null = null;

  constructor(listener: Listener, level: (volume: number, gain: number) => number) {
    this.#level = level;
    this.#now = this.#side(listener);
    this.#next = this.#side(listener);
  }

  /** Seconds into the song. */
  get at(): number {
    return this.#now.audio.currentTime;
  }

  /** Seconds; null while they are not known. */
  get duration(): number | null {
    const { duration } = this.#now.audio;
    return Number.isFinite(duration) && duration > 0 ? duration : null;
  }

  get paused(): boolean {
    return this.#now.audio.paused;
  }

  /** Whether it would play if there were data. */
  get waits(): boolean {
    const { audio } = this.#now;
    return !audio.paused && !audio.ended && audio.readyState < CAN_GO_ON;
  }

  /** Whether the sound broke off because the computer has nothing to play it on. */
  get lacksOutput(): boolean {
    return NO_OUTPUT.test(this.#now.audio.error?.message ?? "");
  }

  set volume(volume: number) {
    this.#volume = volume;
    this.#adjust(this.#now);
    this.#adjust(this.#next);
  }

  /**
   * Plays a sound from its start or from a place; at once where it was prepared.
   *
   * Rejects with NotAllowedError where the browser wants a click first.
   */
  async start(sound: Sound, at = 0): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#later = null;
    const ready = this.#next.sound?.song === sound.song && this.#next.audio.error === null;
    if (ready) {
      [this.#now, this.#next] = [this.#next, this.#now];
      if (!this.#rings(this.#next)) empty(this.#next);
    } else {
      empty(this.#next);
      this.#now.sound = sound;
      this.#now.audio.src = sound.url;
      this.#adjust(this.#now);
    }
    if (at > 0 || this.#now.audio.currentTime > 0) this.#now.audio.currentTime = at;
    await this.#now.audio.play();
  }

  /** Loads what comes next; null: nothing. */
  prepare(sound: Sound | null): void {
    if (this.#rings(this.#next)) {
      this.#later = sound;
      return;
    }
    if (sound?.song === this.#next.sound?.song) return;
    if (sound === null) return empty(this.#next);
    this.#next.sound = sound;
    this.#next.audio.src = sound.url;
    this.#adjust(this.#next);
    this.#next.audio.load();
  }

  play(): Promise<void> {
    return this.#now.audio.play();
  }

  pause(): void {
    this.#now.audio.pause();
  }

  seek(seconds: number): void {
    this.#now.audio.currentTime = Math.max(0, seconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    empty(this.#now);
    empty(this.#next);
  }

  #side(listener: Listener): Side {
    const audio = new Audio();
    audio.preload = "auto";
    const side: Side = { audio, sound: null };
    const when = (events: readonly string[], tell: () => void): void => {
      for (const event of events)
        audio.addEventListener(event, () => {
          if (side === this.#now && side.sound !== null) tell();
        });
    };
    when(["timeupdate"], () => this.#handOver(listener));
    when(["timeupdate", "durationchange", "seeked", "waiting", "playing"], listener.moved);
    when(["play", "pause"], () => {
      if (!audio.ended) listener.turned();
    });
    when(["ended"], () => {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      listener.ended();
    });
    when(["error"], listener.failed);
    audio.addEventListener("ended", () => {
      if (side !== this.#next || this.#later === null) return;
      const later = this.#later;
      this.#later = null;
      this.prepare(later);
    });
    return side;
  }

  /** Near the end, times the start of the next song, so that there is no gap. */
  #handOver(listener: Listener): void {
    const left = (): number => (this.duration ?? Infinity) - this.at;
    if (this.#timer !== undefined || left() > CLOSE) return;
    const { audio } = this.#next;
    if (this.#next.sound === null || audio.readyState < CAN_GO_ON) return;
    const side = this.#now;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (side !== this.#now || side.audio.paused || left() > 4 * LEAD) return; // jumped, paused
        listener.ended();
      },
      Math.max(0, (left() - LEAD) * 1000),
    );
  }

  /** Whether a side plays its last moments while the other one has begun. */
  #rings(side: Side): boolean {
    const { audio } = side;
    if (side.sound === null || audio.paused || audio.ended) return false;
    return audio.duration - audio.currentTime <= 4 * LEAD;
  }

  #adjust(side: Side): void {
    side.audio.volume = this.#level(this.#volume, side.sound?.gain ?? 1);
  }
}

/** Lets go of what a side has: also of its connection to the server. */
function empty(side: Side): void {
  side.audio.pause();
  if (side.sound === null) return;
  side.sound = null;
  side.audio.removeAttribute("src");
  side.audio.load();
}
