import type { ToldCode } from "../api/error";
import type { ErrorWords } from "../shell/error-words";
import table from "../../../src/vibelux/language/en.json";

/** Parts as one says them: "a, b and c". */
export function listed(parts: readonly string[], and: string): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} ${and} ${last}`;
}

const minutes = (n: number): string => (n === 1 ? "1 minute" : `${n} minutes`);

/** English: every visible word of the page. */
export const en = {
  name: "English",
  code: "en",

  /** Words of songs and moods, which the package has too. */
  table,
  emotions: table.emotions,
  percent: (share: number) => `${Math.round(100 * share)}\u00a0%`,
  songs: (n: number) => (n === 1 ? "1 song" : `${n.toLocaleString("en")} songs`),
  decimal: (x: number, digits = 2) =>
    x.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }),

  signed: (x: number): string =>
    x
      .toLocaleString("en", {
        signDisplay: "exceptZero",
        minimumFractionDigits: 2,
        maximumFractionDigits: 2,
      })
      .replace("-", "\u2212"),

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
    liveStop: "Camera on. Stop it",
    close: "Close",
    dismiss: "Dismiss this message",
    obstacles: {
      away: {
        title: "VibeluX does not answer.",
        help: "Start “vibelux serve” again; this page goes on by itself.",
      },
      offline: {
        title: "This device is offline.",
        help: "This page goes on by itself as soon as it is connected again.",
      },
      locked: {
        title: "VibeluX needs its new link.",
        help: "It is printed in the terminal where “vibelux serve” runs, and is new at every start. Paste it here:",
      },
      refused: {
        title: "VibeluX does not answer to this address.",
        help: "Open the one that “vibelux serve” printed, or start it with --allow-host NAME.",
      },
    },
    link: "Link or token",
    openLink: "Go on",
    wrongLink: "This link does not fit. Paste the newest one, or the token at its end.",
    back: "VibeluX answers again.",
    updated: "VibeluX was updated.",
    reload: "Reload this page",
    unexpected: "Something went wrong in this page. Reload it.",
  },

  /** What the service could not do, by its code. */
  errors: {
    catalogue_corrupt: {
      text: "The library’s file is damaged.",
      hint: "It was left as it is, with a copy beside it. The terminal where “vibelux serve” runs says more.",
    },
    catalogue_empty: {
      text: "There is no music yet.",
      hint: "Add a folder with music, or the samples.",
    },
    catalogue_error: {
      text: "VibeluX cannot use its library at the moment.",
      hint: "The terminal where “vibelux serve” runs says why.",
    },
    catalogue_locked: {
      text: "The library is being scanned.",
      hint: "Wait until that is done, or stop it.",
    },
    catalogue_too_new: {
      text: "A newer VibeluX has written this library.",
      hint: "Update VibeluX, then open this page again.",
    },
    disk_silent: {
      text: "The disk does not answer.",
      hint: "Wake or connect it, then try again.",
    },
    files_unreachable: {
      text: "The files there cannot be read at the moment.",
      hint: "Look whether the disk or the network share is all right, then try again. Nothing is lost.",
    },
    folder_missing: {
      text: "There is no such folder.",
      hint: "If it is on another disk, connect that first.",
    },
    folder_not_allowed: {
      text: "This folder is outside of what VibeluX may look at.",
      hint: "Choose another, or start “vibelux serve --root FOLDER”.",
    },
    folder_unknown: {
      text: "This folder is no longer in the library.",
      hint: "Reload the page to see which ones are.",
    },
    folder_unreadable: {
      text: "VibeluX cannot look into this folder.",
      hint: "Choose another, or allow it to read this one.",
    },
    internal_error: {
      text: "Something went wrong in VibeluX.",
      hint: "Try again. The terminal where “vibelux serve” runs says more.",
    },
    invalid_input: {
      text: "VibeluX cannot use that.",
      hint: "Change it and try again.",
    },
    model_error: {
      text: "A model of VibeluX cannot be used.",
      hint: "The terminal where “vibelux serve” runs says why; installing VibeluX again may help.",
    },
    not_comparable: {
      text: "Nothing is known yet that sounds like this song.",
      hint: "Scan more music, or scan its folder again.",
    },
    origin_not_allowed: {
      text: "VibeluX takes no changes from this address.",
      hint: "Open the one that “vibelux serve” printed, or start it with --allow-host NAME.",
    },
    path_impossible: {
      text: "This cannot be the path of a folder.",
      hint: "Type another, or choose one of the suggestions.",
    },
    path_not_whole: {
      text: "This path has no beginning.",
      hint: "Type the whole path, or choose one of the suggestions.",
    },
    playlist_error: {
      text: "The playlist could not be saved or read.",
      hint: "The terminal where “vibelux serve” runs says why.",
    },
    playlist_unknown: {
      text: "This playlist is gone.",
      hint: "Reload the page to see which ones there are.",
    },
    profile_error: {
      text: "VibeluX cannot get at what it has learnt from you.",
      hint: "The terminal where “vibelux serve” runs says why.",
    },
    profile_too_new: {
      text: "A newer VibeluX has noted down what it learnt from you.",
      hint: "Update VibeluX, then open this page again.",
    },
    request_timeout: {
      text: "The connection to VibeluX is too slow.",
      hint: "Try again.",
    },
    session_unknown: {
      text: "VibeluX has forgotten what was playing.",
      hint: "Reload the page.",
    },
    song_unknown: {
      text: "This song is no longer in the library.",
      hint: "Search again: something has changed.",
    },
    too_many_requests: {
      text: "That was a little too fast.",
      hint: "Wait a moment and try again.",
    },
  } satisfies Readonly<Record<ToldCode, ErrorWords>>,

  keys: {
    title: "Keyboard",
    play: "play or pause",
    next: "next song",
    back: "back to the start, then the song before",
    seek: "5 seconds back or forward",
    volume: "louder or softer",
    mute: "sound off or on",
    like: "like this song",
    notNow: "not now: another song",
    camera: "start or stop the camera",
    search: "search the library",
    listen: "listen",
    library: "library",
    map: "mood map",
    history: "history",
    help: "this list",
    space: "Space",
  },

  settings: {
    title: "Settings",
    appearance: "Appearance",
    theme: { system: "System", light: "Light", dark: "Dark" },
    language: "Language",
    phone: "On your phone",
    phoneText:
      "Point your phone’s camera at the square. The phone then sees your face and picks the music; it has to be in the same network.",
    phonePicture: "The link as a square that a phone’s camera reads",
    phoneTrust: "Why the phone warns at first",
    phoneOff:
      "Start VibeluX with “vibelux serve --home”, and your phone can be its camera and remote control.",
    privacy: "Privacy",
    privacyText:
      "The camera’s frames are read in this browser and forgotten at once. Seven numbers go to VibeluX on your machine, nothing goes anywhere else.",
    learnt: "What VibeluX has learnt from you",
    learntNothing: "Nothing yet. It learns from what you listen to, skip, like and correct.",
    learntCount: (played: number, skipped: number, liked: number, wrong: number) => {
      const ofSongs = (
        [
          [played, "played"],
          [skipped, "skipped"],
          [liked, "liked"],
        ] as const
      )
        .filter(([n]) => n > 0)
        .map(([n, did], i) => `${did} ${i === 0 ? en.songs(n) : n.toLocaleString("en")}`);
      const moods = wrong === 1 ? "1 mood" : `${wrong.toLocaleString("en")} moods`;
      const all = wrong > 0 ? [...ofSongs, `corrected ${moods}`] : ofSongs;
      return `You have ${listed(all, "and")}. It stays on your machine.`;
    },
    forget: "Forget it all",
    forgetSure: "Forget for good what was learnt from you? Songs and playlists stay.",
    forgotten: "Forgotten.",
    cancel: "Cancel",
    version: (version: string) => `VibeluX ${version}`,
  },

  moodPanel: {
    title: "Your mood",
    promise:
      "An estimate of your expression, not of your feelings; frames stay in this browser and are not stored.",
    noMood: "What mood are you in?",
    noExpression: "No expression yet",
    say: "Or say it in a word",
    chosen: (word: string) => `You chose “${word}”`,
    photoLooks: (mood: string) => `In the photo: ${mood}`,
    fineTune: "Fine-tune",
    numbers: "Numbers",

    reason: "Your camera can read your expression. Your browser will ask you first.",
    start: "Start the camera",
    stop: "Stop",
    again: "Try again",
    mirror: "What your camera sees, as in a mirror",
    view: "What your camera sees",
    which: "Which camera",
    asking: "Your browser is asking whether the camera may be used.",
    ready: "Getting ready …",
    paused: "The camera rests while this tab is hidden.",
    states: {
      ok: "Reading your expression.",
      no_face: "No face in view. Look into the camera.",
      too_small: "You are far away. Come closer.",
      too_dark: "It is too dark. Turn on a light in front of you, or open the camera’s cover.",
      too_blurred: "The picture is blurred. Hold still, or clean the lens.",
      upside_down: "You are upside down. Turn the camera.",
      covered: "Your mouth cannot be seen. Face the camera with nothing in front of it.",
      unsure: "Hard to tell. Face the camera, or choose a word.",
    },
    troubles: {
      insecure: {
        title: "No camera at this address",
        help: "Browsers allow it at https:// and on this machine only. Start VibeluX with “vibelux serve --home”, or use a photo or a word.",
      },
      denied: {
        title: "The camera is not allowed",
        help: "Allow it with the camera sign in the address bar, and in the system’s privacy settings. Then try again.",
      },
      none: {
        title: "No camera found",
        help: "Connect one and try again, or use a photo or a word.",
      },
      busy: {
        title: "The camera is busy",
        help: "Close the program that uses it, such as a video call, and try again.",
      },
      gone: {
        title: "The camera has gone",
        help: "It was unplugged, or no longer allowed. Plug it in again and try again.",
      },
      models: {
        title: "The face reader cannot be loaded",
        help: "See whether VibeluX still runs, then try again.",
      },
      unsupported: {
        title: "This browser cannot read faces",
        help: "It lacks WebAssembly, or a lockdown mode switches it off. Allow it for this page, use another browser, or choose a word.",
      },
      broken: {
        title: "The camera does not work here",
        help: "Try again, or reload the page. A photo or a word does as well.",
      },
    },

    standstill: {
      no_frames: {
        title: "The camera sends no pictures",
        help: "Another program may have taken it, or it is switched off. Reading goes on by itself as soon as pictures come.",
      },
      same_frame: {
        title: "The picture stands still",
        help: "Every picture is exactly like the one before, as when a virtual camera hangs. Reading goes on by itself as soon as it moves.",
      },
    },
    updated: "The face reader of this page is no longer there; the new page has its own.",

    photo: "Photo",
    choosePhoto: "Choose a photo",
    photoAlt: "The photo you chose",
    photoBefore: "The music follows the last photo, which was not kept.",
    readingPhoto: "Reading the photo …",
    photoStates: {
      ok: "This expression sets the mood.",
      no_face: "No face found. Choose a photo that shows one from the front.",
      too_small: "The face is too small. Choose a closer or larger photo.",
      too_dark: "The photo is too dark to read the face.",
      too_blurred: "The face is too blurred. Choose a sharper photo.",
      upside_down: "The face is upside down. Turn the photo.",
      covered: "The mouth cannot be seen. Choose a photo with the whole face uncovered.",
      unsure: "Hard to tell. Choose another photo, or a word.",
    },
    photoTroubles: {
      photo: "This file cannot be opened as a picture. Choose a JPEG, PNG or WebP of up to 100 MB.",
      models: "The face reader cannot be loaded. See whether VibeluX still runs, then try again.",
      unsupported: "This browser cannot read faces: it lacks WebAssembly. Choose a word instead.",
      broken: "Something went wrong with this photo. Try another one.",
    },

    noSlider: "Move at least one slider.",
  },

  player: {
    name: "Player",
    nothing: "Nothing plays yet",
    nothingHint: "Press play to begin.",
    noMusicHint: "First it needs some music.",
    play: "Play",
    pause: "Pause",
    next: "Next song",
    previous: "Back to the start, or the song before",
    seek: "Place in the song",
    placeOf: (at: string, whole: string) => `${at} of ${whole}`,
    volume: "Volume",
    mute: "Mute",
    unmute: "Sound on",
    like: "Like",
    liked: "You like this song; once more takes that back",
    notNow: "Not now",
    open: "Show what plays",
    refused: "This browser plays sound only after a click: press play.",
    startingOver: "Every song was played; it begins anew.",
    noOutput: "This computer has nothing to play the sound on.",
    noOutputHint: "Connect speakers or headphones, then press play.",
    passedOver: (title: string) => `“${title}” cannot be played.`,
    allFail: (n: number) => `${n} songs in a row cannot be played.`,
    allFailHint: "Is the disk that holds them connected? Then press play, or scan again.",
    failed: {
      undecodable: "This browser cannot decode its file.",
      audio_vanished: "Its file is gone. Connect the disk that holds it, or scan again.",
      audio_damaged: "Its file is damaged.",
      audio_protected: "Its file is protected against copying.",
      audio_not_audio: "Its file holds no music.",
      audio_no_permission: "VibeluX may not read its file.",
      audio_unreachable: "Its file cannot be read at the moment. Is its disk all right?",
      audio_remote: "It is on a music server; play it there.",
      song_unknown: "It is no longer in the library.",
    },
  },

  listen: {
    music: "Music",
    now: "Now playing",
    paused: "Paused",
    nothing: "Ready when you are",
    nothingMood: "The songs that come next fit your mood.",
    nothingNoMood: "Show your face or choose a word, and the music follows.",
    playFitting: "Play what fits",
    playAnything: "Play anything",
    noMood: "No mood yet, so this is any music. Give one and the queue follows.",
    asked: "You chose this song.",
    by: (artist: string, album: string) => `${artist} · ${album}`,
    unknownArtist: "Unknown artist",
    like: "Like",
    notNow: "Not now",
    wrong: "Wrong mood",
    wrongTitle: "How does it sound to you?",
    wrongText: (title: string, heard: string) =>
      `To VibeluX “${title}” sounds ${heard}. Choose one or more:`,
    wrongSave: "Correct it",
    wrongOnly: "It just doesn’t fit now",
    wrongDone: "Thank you. Another song comes.",
    wrongCorrected: (title: string, heard: string) => `“${title}” counts as ${heard} from now on.`,
    cancel: "Cancel",
    steering: "Where the music goes",
    policies: {
      match: { name: "Stay with it", text: "Songs that fit your mood." },
      lift: { name: "A little brighter", text: "One step from your mood towards happy songs." },
      calm: { name: "Calmer", text: "One step from your mood towards quiet songs." },
      energise: { name: "More energy", text: "One step from your mood towards lively songs." },
      journey: { name: "Travel to …", text: "From your mood to another, nearer with every song." },
      off: { name: "Just play", text: "Any song, whatever your mood." },
    },
    goal: "Travel to",
    journeyLength: "Songs on the way",
    way: (song: number, songs: number) => `Song ${song} of ${songs} on the way.`,
    wayEnds: "You have arrived, and the music stays.",
    strength: "How closely the music fits",
    strengthText: (share: number): string =>
      share < 0.05
        ? "a plain shuffle"
        : share > 0.95
          ? "strictly the best fit first"
          : share < 0.4
            ? "loosely"
            : share < 0.75
              ? "fairly closely"
              : "closely",
    queue: "Up next",
    queueFor: (mood: string) => `for your mood: ${mood}`,
    queueRadio: (title: string) => `radio from “${title}”`,
    queueRadioEnd: "End the radio",
    queueEmpty: "The songs that fit appear here.",
    playNow: (title: string) => `Play ${title} now`,
    remove: (title: string) => `Remove ${title} from the queue`,
    save: "Save as playlist",
    looking: "Looking for songs that fit",
  },

  firstRun: {
    title: "Three steps to music that fits",
    music: "Music",
    musicText:
      "Choose a folder with your music. It stays where it is, and nothing in it is changed.",
    choose: "Choose a folder",
    samples: "Try it with sample music",
    samplesText: "The samples are 14 short pieces, made on your machine in a minute or two.",
    mood: "Mood",
    moodText: "Show your face, or say it in a word.",
    listen: "Listen",
    listenText: "Press play, and hear what fits.",
    wait: (songs: number) => `You can listen as soon as ${songs} songs are analysed.`,
  },

  library: {
    between: "in between",
    list: "Songs",
    counted: (songs: string, hours: number) =>
      `${songs} · ${hours < 1 ? minutes(Math.max(1, Math.round(60 * hours))) : hours < 2 ? "1 hour" : `${Math.floor(hours).toLocaleString("en")} hours`}`,
    foundSongs: (found: string, all: string) => `${found} of ${all}`,
    number: (n: number) => n.toLocaleString("en"),

    firstTitle: "Where is your music?",
    firstText:
      "VibeluX analyses each song once, on this machine. Your files are only read, never changed.",
    moreTitle: "Add a folder",
    moreText: "Its songs join those that are here. Your files are only read, never changed.",
    folder: "Folder on the machine where VibeluX runs",
    folderHelp: "Type a path, or choose one of the suggestions.",
    folders: "Folders",
    noFolder: "Type the path of a folder first",
    allowed: (roots: readonly string[]) =>
      `Choose one below ${roots.join(" or ")}, or start “vibelux serve --root FOLDER”`,
    scan: "Scan it",
    or: "or",
    samples: "Try it with sample songs",
    samplesText: "14 short pieces that VibeluX makes up itself, in a minute or two.",
    scanAgain: "Scan again",
    addFolder: "Add a folder",
    folderCount: (n: number) => (n === 1 ? "1 folder" : `${n.toLocaleString("en")} folders`),
    sampleFolder: "Sample songs",
    inFolder: ({ songs, failed, missing }: { songs: number; failed: number; missing: number }) =>
      [
        songs === 1 ? "1 song" : `${songs.toLocaleString("en")} songs`,
        failed > 0 ? `${failed.toLocaleString("en")} failed` : "",
        missing > 0 ? `${missing.toLocaleString("en")} gone` : "",
      ]
        .filter(Boolean)
        .join(" · "),
    scanThisAgain: (folder: string) => `Scan ${folder} again`,
    removeThis: (folder: string) => `Remove ${folder} from the library`,
    removeSure: (folder: string, n: number) =>
      `Remove ${n === 1 ? "1 song" : `${n.toLocaleString("en")} songs`} of “${folder}” from the library? ` +
      "The files stay where they are. Your likes and corrections come back if you scan it again.",
    remove: "Remove",
    removed: (n: number) => `${n === 1 ? "1 song" : `${n.toLocaleString("en")} songs`} removed.`,

    progress: "Progress of the scan",
    stages: {
      rendering: "Making the sample songs",
      looking: "Looking for songs",
      analysing: "Analysing your songs",
    } as Readonly<Record<string, string>>,
    found: (n: number) => (n === 1 ? "1 file found" : `${n.toLocaleString("en")} files found`),
    doneOf: (done: number, total: number) =>
      `${done.toLocaleString("en")} of ${total.toLocaleString("en")}`,
    pace: (perSecond: number) =>
      perSecond >= 1
        ? `${perSecond.toLocaleString("en", { maximumFractionDigits: perSecond < 10 ? 1 : 0 })} songs a second`
        : `${Math.max(1, Math.round(60 * perSecond))} songs a minute`,
    left: (seconds: number) =>
      seconds < 60
        ? "less than a minute left"
        : seconds < 90
          ? "about a minute left"
          : seconds < 5400
            ? `about ${Math.round(seconds / 60)} minutes left`
            : `about ${Math.round(seconds / 3600)} hours left`,
    failedCount: (n: number) => `${n.toLocaleString("en")} failed`,
    canListen: "You can listen now. The other songs join in as they come.",
    listen: "Listen",
    cancel: "Stop",
    stopped: (done: number, total: number) =>
      total > 0
        ? `Stopped after ${done.toLocaleString("en")} of ${total.toLocaleString("en")}.`
        : "Stopped.",
    stoppedHint: "What was analysed is kept.",
    goOn: "Go on",
    tryAgain: "Try again",
    done: (songs: number, failed: number, missing: number) =>
      [
        songs === 0
          ? "No new songs"
          : songs === 1
            ? "1 new song"
            : `${songs.toLocaleString("en")} new songs`,
        failed > 0 ? `${failed.toLocaleString("en")} failed` : "",
        missing > 0 ? `${missing.toLocaleString("en")} are gone` : "",
      ]
        .filter(Boolean)
        .join(", ") + ".",
    unread: (n: number) =>
      n === 1
        ? "1 file could not be read at the moment; the next scan tries it again."
        : `${n.toLocaleString("en")} files could not be read at the moment; the next scan tries them again.`,
    unreachable: (folders: readonly string[]) =>
      `VibeluX could not look into ${folders.join(", ")}; the songs there stay as they are.`,
    nothingThere: "There is no music in this folder.",
    nothingReadHint: "It is empty, or cannot be read; is its disk connected?",
    nothingThereHint: "Choose another one. Files such as MP3, FLAC, M4A, Ogg, Opus and WAV count.",
    close: "Close",

    failedFiles: (n: number) =>
      n === 1
        ? "1 file could not be analysed"
        : `${n.toLocaleString("en")} files could not be analysed`,
    dismiss: (file: string) => `Dismiss ${file} until it changes`,
    dismissAll: "Dismiss all",
    andMore: (n: number) => `and ${n.toLocaleString("en")} more`,
    reasons: {
      empty: "it is empty",
      not_audio: "there is no sound in it",
      damaged: "it is damaged",
      protected: "it is copy-protected",
      silent: "it is silent",
      too_short: "it is too short",
      no_permission: "VibeluX may not read it; the next scan tries again",
      unreachable: "it could not be read; the next scan tries again",
      vanished: "it has disappeared",
      timeout: "it took too long; the next scan tries again",
      killed: "there was not enough memory; the next scan tries again",
      crashed: "reading it failed",
    },

    search: "Search title, artist, album or mood",
    searchShort: "Search",
    sort: "Sort by",
    sorts: {
      title: "Title",
      artist: "Artist",
      album: "Album",
      year: "Year",
      duration: "Length",
      added: "Added",
      valence: "Pleasantness",
      arousal: "Energy",
    },
    ascending: "Ascending",
    descending: "Descending",
    filter: "Songs that sound",
    nothing: "No song fits",
    nothingText: "Other words, or fewer filters, find more.",
    showAll: "Show all songs",
  },

  playlists: {
    title: "Playlists",
    nameIt: "Name of the playlist",
    keep: "Keep it",
    proposed: (mood: string, day: string) => `${mood[0]?.toUpperCase()}${mood.slice(1)}, ${day}`,
    mixed: "mixed",
    day: (date: Date, locale = "en-GB") =>
      date.toLocaleDateString(locale, { day: "numeric", month: "long" }),
    kept: (name: string, songs: number) =>
      `“${name}” with ${songs === 1 ? "1 song" : `${songs} songs`} is in your library.`,
    play: (name: string) => `Play ${name}`,
    download: (name: string) => `Download ${name} as a file`,
    rename: (name: string) => `Rename ${name}`,
    renameShort: "Rename",
    delete: (name: string) => `Delete ${name}`,
    deleteShort: "Delete",
    sure: (name: string) => `Delete the playlist “${name}”? Its songs stay in the library.`,
    deleted: (name: string) => `“${name}” is deleted.`,
    nothingThere: (name: string) => `None of the songs of “${name}” are in the library now.`,
    someMissing: (songs: number) =>
      songs === 1
        ? "1 of its songs is not in the library now."
        : `${songs} of its songs are not in the library now.`,
  },

  song: {
    by: (title: string, artist: string) => `${title} by ${artist}`,
    play: (song: string) => `Play ${song}`,
    pause: (song: string) => `Pause ${song}`,
    queue: (title: string) => `Put ${title} in the queue`,
    queued: (title: string) => `“${title}” comes next.`,
    playShort: "Play",
    pauseShort: "Pause",
    queueShort: "Queue",
    radio: "Radio from this song",
    radioOn: (title: string, songs: number) =>
      `Now “${title}”, then the ${songs === 1 ? "song that sounds" : `${songs} songs that sound`} most like it.`,
    track: (n: number) => `Track ${n}`,
    sound: "How it sounds",
    affect: (valence: number, arousal: number) =>
      `Pleasantness: ${en.signed(valence)} · energy: ${en.signed(arousal)}`,
    clear: "Its mood is clear.",
    mixed: "Its mood is a mixture, so less sure.",
    steady: (sound: string) => `${sound[0]?.toUpperCase()}${sound.slice(1)} from beginning to end.`,
    varies: (sound: string) => `Mostly ${sound}, now more, now less.`,
    onMap: "Show on the map",
    correct: "Correct its mood",
    corrected: "This is the mood that you gave it.",
    courseAsAnalysed: "As VibeluX analysed it, before you corrected it.",
    revoke: "Go back to the analysed mood",
    revoked: (title: string) => `“${title}” has its analysed mood again.`,
    course: "Its mood over time",
    courseLabel: "Place in the song; Enter plays from there",
    allAlong: (sound: string) => `Mostly ${sound}.`,
    way: (first: string, rest: readonly string[]) => `Starts ${first}; ${rest.join("; ")}.`,
    from: (time: string, sound: string) => `${sound} from ${time}`,
    restless: (first: string, last: string) =>
      `It changes often: ${first} at first, ${last} at the end.`,
    becomes: (changes: readonly string[]) => `Towards the end it becomes ${changes.join(" and ")}.`,
    livelier: "livelier",
    calmer: "calmer",
    brighter: "more pleasant",
    darker: "less pleasant",
    alike: "Songs that sound like it",
    missing: "Its file is gone. Connect the disk that holds it, or scan its folder again.",
    failed: (reason: string) => `This file could not be analysed: ${reason}.`,
    unknown: "This song is not here",
    unknownText: "It may have been moved or removed since the link to it was made.",
    unknownAction: "Look in the library",
  },

  map: {
    title: "Mood map",
    surface:
      "Mood map. Arrow keys move a cross, plus and minus zoom, zero shows all. Enter plays the song at the cross, or sets your mood there. A begins an area at the cross and, pressed again, ends it.",
    summary: (songs: string, where: string) => `${songs}; most of them are ${where}.`,
    spread: (songs: string) => `${songs}, of all kinds.`,
    draw: "Draw an area",
    area: "Your area",
    areaPlay: "Play",
    areaClear: "Remove the area",
    areaEmpty: "There is no song in it.",
    areaName: (day: string) => `From the map, ${day}`,
    pleasant: "pleasant",
    unpleasant: "unpleasant",
    calm: "calm",
    energetic: "energetic",
    degree: (word: string, very: boolean) => (very ? `very ${word}` : word),
    middle: "neither pleasant nor unpleasant, neither calm nor energetic",
    legend: "Emotions shown on the map",
    here: "Songs here",
    hereNothing: "Press a song to play it, or an empty spot to set your mood there.",
    take: "Set my mood here",
    taken: "Your mood is here",
    nearer: "Closer",
    farther: "Farther away",
    whole: "Show all",
    help: "The ring is your mood. Drag to move the map, turn the wheel or pinch to zoom.",
    helpArea: "Hold Shift and drag to draw an area.",
    binned: "Each square stands for many songs, the stronger the more. Zoom in to see single ones.",
    empty: "The map is still empty",
    emptyText: "As soon as songs are analysed, each of them is a point here.",
    emptyAction: "Add songs",
  },

  history: {
    title: "Mood history",
    span: "Time shown",
    today: "Today",
    week: "Week",
    mostly: (mood: string) => `Mostly ${mood}.`,
    heard: (n: number) => (n === 1 ? "1 song played." : `${n.toLocaleString("en")} songs played.`),
    table: "As a table",
    hour: "Hour",
    mood: "Mood",
    songs: "Songs",
    played: "Songs played",
    more: "Show more",
    privacy:
      "This history stays in this browser: seven numbers now and then, and the songs that played, for 90 days. No pictures, and nothing is sent anywhere.",
    keep: "Keep a history",
    erase: "Erase the history",
    eraseSure: "Erase the history of moods and songs in this browser? It cannot be brought back.",
    erased: "The history is erased.",
    nothing: "Nothing here yet",
    nothingText: "Let the camera see you or choose a mood, and your day appears here.",
    nothingOff: "No history is kept. Switch it on below if you would like one.",
    nothingAction: "Set a mood",
  },
};

/** What every language has to say. */
export type Language = typeof en;
