/** English: every visible word of the page. */
export const en = {
  name: "English",
  code: "en",

  emotions: {
    angry: "angry",
    disgust: "disgust",
    fear: "fear",
    happy: "happy",
    neutral: "neutral",
    sad: "sad",
    surprise: "surprise",
  },
  percent: (share: number) => `${Math.round(100 * share)} %`,
  songs: (n: number) => (n === 1 ? "1 song" : `${n.toLocaleString("en")} songs`),
  decimal: (x: number, digits = 2) =>
    x.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }),

  shell: {
    title: "VibeluX",
    skip: "Skip to the content",
    places: "Places",
    listen: "Listen",
    library: "Library",
    map: "Map",
    history: "History",
    settings: "Settings",
    keys: "Keyboard",
    live: "Camera on",
    liveStop: "Camera is on. Stop it",
    close: "Close",
    dismiss: "Dismiss this message",
    gone: "VibeluX does not answer.",
    goneHint: "Start “vibelux serve” again; this page goes on by itself.",
    back: "VibeluX answers again.",
    tokenHint: "Open the link that “vibelux serve” printed; it carries the key to this page.",
    unexpected: "Something went wrong in this page. Reload it.",
  },

  keys: {
    title: "Keyboard",
    play: "play or pause",
    next: "next song",
    back: "back to the start, then the song before",
    seek: "5 seconds back or forward",
    volume: "louder or softer",
    like: "like this song",
    notNow: "not now: another song",
    camera: "start or stop the camera",
    search: "search the library",
    listen: "listen",
    library: "library",
    map: "mood map",
    history: "history",
    help: "this list",
  },

  settings: {
    title: "Settings",
    appearance: "Appearance",
    theme: { system: "System", light: "Light", dark: "Dark" },
    language: "Language",
    privacy: "Privacy",
    privacyText:
      "The camera's frames are read in this browser and forgotten at once. Seven numbers go to VibeluX on your machine, nothing goes anywhere else.",
    learnt: "What VibeluX has learnt from you",
    learntCount: (played: number, skipped: number, liked: number, wrong: number) =>
      `${played} played, ${skipped} skipped, ${liked} liked, ${wrong} moods corrected. It stays on your machine.`,
    forget: "Forget it all",
    forgetSure: "Forget for good what was learnt from you? Songs and playlists stay.",
    forgotten: "Forgotten.",
    cancel: "Cancel",
    version: (version: string) => `VibeluX ${version}`,
  },
};

/** What every language has to say. */
export type Language = typeof en;
