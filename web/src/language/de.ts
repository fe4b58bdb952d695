import table from "../../../src/vibelux/language/de.json";
import { listed, type Language } from "./en";

/** Deutsch: jedes sichtbare Wort der Seite. */
export const de: Language = {
  name: "Deutsch",
  code: "de",

  table,
  emotions: table.emotions,
  percent: (share) => `${Math.round(100 * share)}\u00a0%`,
  songs: (n) => (n === 1 ? "1 Lied" : `${n.toLocaleString("de")} Lieder`),
  decimal: (x, digits = 2) =>
    x.toLocaleString("de", { minimumFractionDigits: digits, maximumFractionDigits: digits }),

  signed: (x) =>
    x
      .toLocaleString("de", {
        signDisplay: "exceptZero",
        minimumFractionDigits: 2,
        maximumFractionDigits: 2,
      })
      .replace("-", "\u2212"),

  shell: {
    title: "VibeluX",
    skip: "Zum Inhalt",
    places: "Bereiche",
    listen: "Hören",
    library: "Bibliothek",
    map: "Karte",
    history: "Verlauf",
    settings: "Einstellungen",
    keys: "Tastatur",
    live: "Kamera an",
    liveStop: "Kamera an. Ausschalten",
    close: "Schließen",
    dismiss: "Meldung schließen",
    obstacles: {
      away: {
        title: "VibeluX antwortet nicht.",
        help: "Starte „vibelux serve“ neu; diese Seite macht dann von selbst weiter.",
      },
      offline: {
        title: "Dieses Gerät ist offline.",
        help: "Diese Seite macht von selbst weiter, sobald es wieder verbunden ist.",
      },
      locked: {
        title: "VibeluX braucht seinen neuen Link.",
        help: "Er steht in dem Terminal, in dem „vibelux serve“ läuft, und ist bei jedem Start neu. Füge ihn hier ein:",
      },
      refused: {
        title: "Unter dieser Adresse antwortet VibeluX nicht.",
        help: "Öffne die, die „vibelux serve“ ausgegeben hat, oder starte es mit --allow-host NAME.",
      },
    },
    link: "Link oder Token",
    openLink: "Weiter",
    wrongLink: "Dieser Link passt nicht. Füge den neuesten ein, oder nur das Token am Ende.",
    back: "VibeluX antwortet wieder.",
    updated: "VibeluX wurde aktualisiert.",
    reload: "Seite neu laden",
    unexpected: "In dieser Seite ist etwas schiefgegangen. Lade sie neu.",
  },

  errors: {
    catalogue_corrupt: {
      text: "Die Datei der Bibliothek ist beschädigt.",
      hint: "Sie blieb, wie sie ist, mit einer Kopie daneben. Mehr steht im Terminal, in dem „vibelux serve“ läuft.",
    },
    catalogue_empty: {
      text: "Noch ist keine Musik da.",
      hint: "Füge einen Ordner mit Musik hinzu oder nimm die Beispiele.",
    },
    catalogue_error: {
      text: "VibeluX kommt gerade nicht an seine Bibliothek.",
      hint: "Warum, steht im Terminal, in dem „vibelux serve“ läuft.",
    },
    catalogue_locked: {
      text: "Die Bibliothek wird gerade eingelesen.",
      hint: "Warte, bis das fertig ist, oder halte es an.",
    },
    catalogue_too_new: {
      text: "Diese Bibliothek stammt von einem neueren VibeluX.",
      hint: "Aktualisiere VibeluX und öffne diese Seite noch einmal.",
    },
    disk_silent: {
      text: "Das Laufwerk antwortet nicht.",
      hint: "Schließe es an oder wecke es auf, dann versuche es noch einmal.",
    },
    files_unreachable: {
      text: "Die Dateien dort lassen sich gerade nicht lesen.",
      hint: "Sieh nach, ob das Laufwerk oder die Netzwerkfreigabe da ist, und versuche es noch einmal. Nichts ist verloren.",
    },
    folder_missing: {
      text: "Diesen Ordner gibt es nicht.",
      hint: "Liegt er auf einem anderen Laufwerk, dann schließe es zuerst an.",
    },
    folder_not_allowed: {
      text: "In diesen Ordner darf VibeluX nicht sehen.",
      hint: "Wähle einen anderen oder starte „vibelux serve --root ORDNER“.",
    },
    folder_unknown: {
      text: "Dieser Ordner gehört nicht mehr zur Bibliothek.",
      hint: "Lade die Seite neu, dann siehst du, welche dazugehören.",
    },
    folder_unreadable: {
      text: "VibeluX kann nicht in diesen Ordner sehen.",
      hint: "Wähle einen anderen oder erlaube VibeluX, ihn zu lesen.",
    },
    internal_error: {
      text: "In VibeluX ist etwas schiefgegangen.",
      hint: "Versuche es noch einmal. Mehr steht im Terminal, in dem „vibelux serve“ läuft.",
    },
    invalid_input: {
      text: "Damit kann VibeluX nichts anfangen.",
      hint: "Ändere es und versuche es noch einmal.",
    },
    model_error: {
      text: "Ein Modell von VibeluX lässt sich nicht verwenden.",
      hint: "Warum, steht im Terminal, in dem „vibelux serve“ läuft; vielleicht hilft es, VibeluX neu zu installieren.",
    },
    not_comparable: {
      text: "Noch ist nichts bekannt, das wie dieses Lied klingt.",
      hint: "Lies mehr Musik ein oder den Ordner des Lieds noch einmal.",
    },
    origin_not_allowed: {
      text: "Von dieser Adresse aus darf nichts geändert werden.",
      hint: "Öffne die, die „vibelux serve“ ausgegeben hat, oder starte es mit --allow-host NAME.",
    },
    path_impossible: {
      text: "Das kann kein Pfad eines Ordners sein.",
      hint: "Tippe einen anderen oder wähle einen der Vorschläge.",
    },
    path_not_whole: {
      text: "Diesem Pfad fehlt der Anfang.",
      hint: "Tippe den ganzen Pfad oder wähle einen der Vorschläge.",
    },
    playlist_error: {
      text: "Die Wiedergabeliste ließ sich nicht sichern oder lesen.",
      hint: "Warum, steht im Terminal, in dem „vibelux serve“ läuft.",
    },
    playlist_unknown: {
      text: "Diese Wiedergabeliste ist fort.",
      hint: "Lade die Seite neu, dann siehst du, welche es gibt.",
    },
    profile_error: {
      text: "VibeluX kommt nicht an das, was es von dir gelernt hat.",
      hint: "Warum, steht im Terminal, in dem „vibelux serve“ läuft.",
    },
    profile_too_new: {
      text: "Was VibeluX von dir gelernt hat, hat eine neuere Fassung aufgeschrieben.",
      hint: "Aktualisiere VibeluX und öffne diese Seite noch einmal.",
    },
    request_timeout: {
      text: "Die Verbindung zu VibeluX ist zu langsam.",
      hint: "Versuche es noch einmal.",
    },
    session_unknown: {
      text: "VibeluX weiß nicht mehr, was lief.",
      hint: "Lade die Seite neu.",
    },
    song_unknown: {
      text: "Dieses Lied ist nicht mehr in der Bibliothek.",
      hint: "Suche noch einmal: Es hat sich etwas geändert.",
    },
    too_many_requests: {
      text: "Das war ein wenig zu schnell.",
      hint: "Warte einen Moment und versuche es noch einmal.",
    },
  },

  keys: {
    title: "Tastatur",
    play: "Wiedergabe oder Pause",
    next: "nächstes Lied",
    back: "zum Anfang, dann zum Lied davor",
    seek: "5 Sekunden zurück oder vor",
    volume: "lauter oder leiser",
    mute: "Ton aus oder an",
    like: "dieses Lied gefällt mir",
    notNow: "jetzt nicht: ein anderes Lied",
    camera: "Kamera an oder aus",
    search: "in der Bibliothek suchen",
    listen: "Hören",
    library: "Bibliothek",
    map: "Stimmungskarte",
    history: "Verlauf",
    help: "diese Liste",
    space: "Leertaste",
  },

  settings: {
    title: "Einstellungen",
    appearance: "Aussehen",
    theme: { system: "System", light: "Hell", dark: "Dunkel" },
    language: "Sprache",
    phone: "Auf deinem Handy",
    phoneText:
      "Halte die Kamera deines Handys auf das Quadrat. Dann sieht das Handy dein Gesicht und wählt die Musik; es muss im selben Netz sein.",
    phonePicture: "Der Link als Quadrat, das die Kamera eines Handys liest",
    phoneTrust: "Warum das Handy erst warnt",
    phoneOff:
      "Starte VibeluX mit „vibelux serve --home“, dann ist dein Handy seine Kamera und Fernbedienung.",
    privacy: "Privatsphäre",
    privacyText:
      "Die Bilder der Kamera werden in diesem Browser gelesen und sofort vergessen. Sieben Zahlen gehen an VibeluX auf deinem Rechner, sonst geht nichts irgendwohin.",
    learnt: "Was VibeluX von dir gelernt hat",
    learntNothing:
      "Noch nichts. Es lernt aus dem, was du hörst, überspringst, magst und berichtigst.",
    learntCount: (played, skipped, liked, wrong) => {
      const ofSongs = (
        [
          [played, "gehört"],
          [skipped, "übersprungen"],
          [liked, "mit „Gefällt mir“ markiert"],
        ] as const
      )
        .filter(([n]) => n > 0)
        .map(([n, did], i) => `${i === 0 ? de.songs(n) : n.toLocaleString("de")} ${did}`);
      const moods = wrong === 1 ? "1 Stimmung" : `${wrong.toLocaleString("de")} Stimmungen`;
      const all = wrong > 0 ? [...ofSongs, `${moods} berichtigt`] : ofSongs;
      return `Du hast ${listed(all, "und")}. Das bleibt auf deinem Rechner.`;
    },
    forget: "Alles vergessen",
    forgetSure:
      "Für immer vergessen, was von dir gelernt wurde? Lieder und Wiedergabelisten bleiben.",
    forgotten: "Vergessen.",
    cancel: "Abbrechen",
    version: (version) => `VibeluX ${version}`,
  },

  moodPanel: {
    title: "Deine Stimmung",
    promise:
      "Eine Schätzung deines Ausdrucks, nicht deiner Gefühle; die Bilder bleiben in diesem Browser und werden nicht gespeichert.",
    noMood: "Wie ist dir zumute?",
    noExpression: "Noch kein Ausdruck",
    say: "Oder sag es mit einem Wort",
    chosen: (word) => `Du hast „${word}“ gewählt`,
    photoLooks: (mood) => `Auf dem Foto: ${mood}`,
    fineTune: "Feineinstellung",
    numbers: "Zahlen",

    reason: "Die Kamera kann deinen Ausdruck lesen. Dein Browser fragt dich vorher.",
    start: "Kamera einschalten",
    stop: "Aus",
    again: "Noch einmal",
    mirror: "Was deine Kamera sieht, wie im Spiegel",
    view: "Was deine Kamera sieht",
    which: "Welche Kamera",
    asking: "Dein Browser fragt, ob die Kamera benutzt werden darf.",
    ready: "Gleich geht es los …",
    paused: "Die Kamera ruht, solange dieser Tab verdeckt ist.",
    states: {
      ok: "Dein Ausdruck wird gelesen.",
      no_face: "Kein Gesicht zu sehen. Schau in die Kamera.",
      too_small: "Du bist weit weg. Komm näher.",
      too_dark: "Es ist zu dunkel. Mach vor dir ein Licht an, oder öffne die Kamerablende.",
      too_blurred: "Das Bild ist unscharf. Halte still oder putze die Linse.",
      upside_down: "Du stehst auf dem Kopf. Dreh die Kamera um.",
      covered: "Dein Mund ist nicht zu sehen. Schau in die Kamera, das Gesicht frei.",
      unsure: "Schwer zu sagen. Schau in die Kamera, oder wähle ein Wort.",
    },
    troubles: {
      insecure: {
        title: "Unter dieser Adresse keine Kamera",
        help: "Browser erlauben sie nur unter https:// und auf diesem Rechner. Starte VibeluX mit „vibelux serve --home“, oder nimm ein Foto oder ein Wort.",
      },
      denied: {
        title: "Die Kamera ist nicht erlaubt",
        help: "Erlaube sie über das Kamerazeichen in der Adresszeile und in den Systemeinstellungen. Versuche es dann noch einmal.",
      },
      none: {
        title: "Keine Kamera gefunden",
        help: "Schließe eine an und versuche es noch einmal, oder nimm ein Foto oder ein Wort.",
      },
      busy: {
        title: "Die Kamera ist belegt",
        help: "Schließe das Programm, das sie benutzt, etwa ein Videogespräch, und versuche es noch einmal.",
      },
      gone: {
        title: "Die Kamera ist weg",
        help: "Sie wurde ausgesteckt oder ist nicht mehr erlaubt. Stecke sie wieder an und versuche es noch einmal.",
      },
      models: {
        title: "Die Gesichtserkennung lädt nicht",
        help: "Sieh nach, ob VibeluX noch läuft, und versuche es noch einmal.",
      },
      unsupported: {
        title: "Dieser Browser kann keine Gesichter lesen",
        help: "Ihm fehlt WebAssembly, oder ein Blockierungsmodus schaltet es ab. Erlaube es für diese Seite, nimm einen anderen Browser oder wähle ein Wort.",
      },
      broken: {
        title: "Die Kamera geht hier nicht",
        help: "Versuche es noch einmal oder lade die Seite neu. Ein Foto oder ein Wort tut es auch.",
      },
    },

    standstill: {
      no_frames: {
        title: "Die Kamera liefert keine Bilder",
        help: "Vielleicht benutzt sie ein anderes Programm, oder sie ist abgeschaltet. Sobald Bilder kommen, geht es von selbst weiter.",
      },
      same_frame: {
        title: "Das Bild steht still",
        help: "Jedes Bild gleicht genau dem vorigen, wie bei einer virtuellen Kamera, die hängt. Sobald es sich bewegt, geht es von selbst weiter.",
      },
    },
    updated:
      "Die Gesichtserkennung dieser Seite gibt es nicht mehr; die neue Seite hat ihre eigene.",

    photo: "Foto",
    choosePhoto: "Foto wählen",
    photoAlt: "Das Foto, das du gewählt hast",
    photoBefore: "Die Musik folgt dem letzten Foto, das nicht behalten wurde.",
    readingPhoto: "Das Foto wird gelesen …",
    photoStates: {
      ok: "Dieser Ausdruck bestimmt die Stimmung.",
      no_face: "Kein Gesicht gefunden. Wähle ein Foto, das eines von vorn zeigt.",
      too_small: "Das Gesicht ist zu klein. Wähle ein größeres Foto oder eines aus der Nähe.",
      too_dark: "Das Foto ist zu dunkel, um das Gesicht zu lesen.",
      too_blurred: "Das Gesicht ist zu unscharf. Wähle ein schärferes Foto.",
      upside_down: "Das Gesicht steht auf dem Kopf. Dreh das Foto um.",
      covered: "Der Mund ist nicht zu sehen. Wähle ein Foto, auf dem das ganze Gesicht frei ist.",
      unsure: "Schwer zu sagen. Wähle ein anderes Foto oder ein Wort.",
    },
    photoTroubles: {
      photo:
        "Diese Datei lässt sich nicht als Bild öffnen. Wähle ein JPEG, PNG oder WebP mit bis zu 100 MB.",
      models:
        "Die Gesichtserkennung lädt nicht. Sieh nach, ob VibeluX noch läuft, und versuche es noch einmal.",
      unsupported:
        "Dieser Browser kann keine Gesichter lesen: Ihm fehlt WebAssembly. Wähle stattdessen ein Wort.",
      broken: "Mit diesem Foto ist etwas schiefgegangen. Versuche ein anderes.",
    },

    noSlider: "Bewege mindestens einen Regler.",
  },

  player: {
    name: "Wiedergabe",
    nothing: "Noch läuft nichts",
    nothingHint: "Drücke auf Wiedergabe.",
    noMusicHint: "Zuerst braucht VibeluX Musik.",
    play: "Wiedergabe",
    pause: "Pause",
    next: "Nächstes Lied",
    previous: "Zum Anfang oder zum Lied davor",
    seek: "Stelle im Lied",
    placeOf: (at, whole) => `${at} von ${whole}`,
    volume: "Lautstärke",
    mute: "Stumm schalten",
    unmute: "Ton an",
    like: "Gefällt mir",
    liked: "Dieses Lied gefällt dir; noch einmal drücken nimmt das zurück",
    notNow: "Jetzt nicht",
    open: "Zeigen, was läuft",
    refused: "Dieser Browser spielt Ton erst nach einem Klick: Drücke auf Wiedergabe.",
    startingOver: "Alle Lieder wurden gespielt; es beginnt von vorn.",
    noOutput: "Dieser Computer hat nichts, worauf der Ton zu hören wäre.",
    noOutputHint: "Schließe Lautsprecher oder Kopfhörer an und drücke dann auf Wiedergabe.",
    passedOver: (title) => `„${title}“ lässt sich nicht abspielen.`,
    allFail: (n) => `${n} Lieder nacheinander lassen sich nicht abspielen.`,
    allFailHint:
      "Ist die Festplatte mit der Musik angeschlossen? Dann drücke auf Wiedergabe, oder lies die Musik neu ein.",
    failed: {
      undecodable: "Dieser Browser versteht die Datei nicht.",
      audio_vanished:
        "Die Datei ist weg. Schließe die Festplatte an, auf der sie liegt, oder lies die Musik neu ein.",
      audio_damaged: "Die Datei ist beschädigt.",
      audio_protected: "Die Datei ist kopiergeschützt.",
      audio_not_audio: "In der Datei ist keine Musik.",
      audio_no_permission: "VibeluX darf die Datei nicht lesen.",
      audio_unreachable: "Die Datei lässt sich gerade nicht lesen. Ist ihre Festplatte in Ordnung?",
      audio_remote: "Es liegt auf einem Musikserver; spiele es dort.",
      song_unknown: "Es ist nicht mehr in der Bibliothek.",
    },
  },

  listen: {
    music: "Musik",
    now: "Es läuft",
    paused: "Pause",
    nothing: "Es kann losgehen",
    nothingMood: "Die nächsten Lieder passen zu deiner Stimmung.",
    nothingNoMood: "Zeig dein Gesicht oder wähle ein Wort, und die Musik folgt.",
    playFitting: "Passende Musik spielen",
    playAnything: "Irgendetwas spielen",
    noMood: "Noch keine Stimmung, also irgendwelche Musik. Gib eine an, und die Musik folgt ihr.",
    asked: "Dieses Lied hast du gewählt.",
    by: (artist, album) => `${artist} · ${album}`,
    unknownArtist: "Unbekannt",
    like: "Gefällt mir",
    notNow: "Jetzt nicht",
    wrong: "Passt nicht",
    wrongTitle: "Wie klingt es für dich?",
    wrongText: (title, heard) =>
      `Für VibeluX klingt „${title}“ ${heard}. Wähle ein Wort oder mehrere:`,
    wrongSave: "Berichtigen",
    wrongOnly: "Es passt nur jetzt nicht",
    wrongDone: "Danke. Ein anderes Lied kommt.",
    wrongCorrected: (title, heard) => `„${title}“ gilt ab jetzt als ${heard}.`,
    cancel: "Abbrechen",
    steering: "Wohin die Musik geht",
    policies: {
      match: { name: "Dabei bleiben", text: "Lieder, die zu deiner Stimmung passen." },
      lift: {
        name: "Etwas heller",
        text: "Lieder, die einen Schritt fröhlicher sind als deine Stimmung.",
      },
      calm: { name: "Ruhiger", text: "Lieder, die einen Schritt ruhiger sind als deine Stimmung." },
      energise: {
        name: "Mehr Energie",
        text: "Lieder, die einen Schritt lebhafter sind als deine Stimmung.",
      },
      journey: {
        name: "Reise zu …",
        text: "Von deiner Stimmung zu einer anderen, mit jedem Lied ein Stück näher.",
      },
      off: { name: "Einfach spielen", text: "Irgendein Lied, ganz gleich, wie dir zumute ist." },
    },
    goal: "Ziel",
    journeyLength: "Lieder unterwegs",
    way: (song, songs) => `Lied ${song} von ${songs} auf dem Weg.`,
    wayEnds: "Angekommen, und die Musik bleibt hier.",
    strength: "Wie genau die Musik passt",
    strengthText: (share) =>
      share < 0.05
        ? "reiner Zufall"
        : share > 0.95
          ? "streng das Passendste zuerst"
          : share < 0.4
            ? "locker"
            : share < 0.75
              ? "recht genau"
              : "genau",
    queue: "Als Nächstes",
    queueFor: (mood) => `für deine Stimmung: ${mood}`,
    queueRadio: (title) => `Radio mit „${title}“`,
    queueRadioEnd: "Radio beenden",
    queueEmpty: "Hier erscheinen die Lieder, die passen.",
    playNow: (title) => `${title} jetzt spielen`,
    remove: (title) => `${title} aus der Warteschlange nehmen`,
    save: "Als Wiedergabeliste sichern",
    looking: "Passende Lieder werden gesucht",
  },

  firstRun: {
    title: "In drei Schritten zu Musik, die passt",
    music: "Musik",
    musicText:
      "Wähle einen Ordner mit deiner Musik. Sie bleibt, wo sie ist, und nichts daran wird verändert.",
    choose: "Ordner wählen",
    samples: "Mit Beispielmusik ausprobieren",
    samplesText: "Die Beispiele sind 14 kurze Stücke; dein Rechner macht sie in ein, zwei Minuten.",
    mood: "Stimmung",
    moodText: "Zeig dein Gesicht, oder sag es mit einem Wort.",
    listen: "Hören",
    listenText: "Drücke auf Wiedergabe und höre, was passt.",
    wait: (songs) => `Sobald ${songs} Lieder analysiert sind, kann es losgehen.`,
  },

  library: {
    between: "dazwischen",
    list: "Lieder",
    counted: (songs, hours) =>
      `${songs} · ${hours < 1 / 40 ? "1 Minute" : hours < 1 ? `${Math.round(60 * hours)} Minuten` : hours < 2 ? "1 Stunde" : `${Math.floor(hours).toLocaleString("de")} Stunden`}`,
    foundSongs: (found, all) => `${found} von ${all}`,
    number: (n) => n.toLocaleString("de"),

    firstTitle: "Wo ist deine Musik?",
    firstText:
      "VibeluX analysiert jedes Lied einmal, auf diesem Rechner. Deine Dateien werden nur gelesen, nie verändert.",
    moreTitle: "Ordner hinzufügen",
    moreText:
      "Seine Lieder kommen zu den anderen dazu. Deine Dateien werden nur gelesen, nie verändert.",
    folder: "Ordner auf dem Rechner, auf dem VibeluX läuft",
    folderHelp: "Tippe einen Pfad oder wähle einen Vorschlag.",
    folders: "Ordner",
    noFolder: "Tippe zuerst den Pfad eines Ordners",
    allowed: (roots) =>
      `Wähle einen unter ${roots.join(" oder ")} oder starte „vibelux serve --root ORDNER“`,
    scan: "Einlesen",
    or: "oder",
    samples: "Mit Beispielen ausprobieren",
    samplesText: "14 kurze Stücke, die VibeluX in ein, zwei Minuten selbst macht.",
    scanAgain: "Neu einlesen",
    addFolder: "Ordner hinzufügen",
    folderCount: (n) => (n === 1 ? "1 Ordner" : `${n.toLocaleString("de")} Ordner`),
    sampleFolder: "Beispiele",
    inFolder: ({ songs, failed, missing }) =>
      [
        songs === 1 ? "1 Lied" : `${songs.toLocaleString("de")} Lieder`,
        failed > 0 ? `${failed.toLocaleString("de")} fehlgeschlagen` : "",
        missing > 0 ? `${missing.toLocaleString("de")} verschwunden` : "",
      ]
        .filter(Boolean)
        .join(" · "),
    scanThisAgain: (folder) => `${folder} neu einlesen`,
    removeThis: (folder) => `${folder} aus der Bibliothek entfernen`,
    removeSure: (folder, n) =>
      `${n === 1 ? "1 Lied" : `${n.toLocaleString("de")} Lieder`} aus „${folder}“ aus der Bibliothek entfernen? ` +
      "Die Dateien bleiben, wo sie sind. Was dir gefällt und was du berichtigt hast, ist wieder da, wenn du den Ordner neu einliest.",
    remove: "Entfernen",
    removed: (n) => `${n === 1 ? "1 Lied" : `${n.toLocaleString("de")} Lieder`} entfernt.`,

    progress: "Fortschritt",
    stages: {
      rendering: "Die Beispiele entstehen",
      looking: "Lieder werden gesucht",
      analysing: "Deine Lieder werden analysiert",
    },
    found: (n) => (n === 1 ? "1 Datei gefunden" : `${n.toLocaleString("de")} Dateien gefunden`),
    doneOf: (done, total) => `${done.toLocaleString("de")} von ${total.toLocaleString("de")}`,
    pace: (perSecond) =>
      perSecond >= 1
        ? `${perSecond.toLocaleString("de", { maximumFractionDigits: perSecond < 10 ? 1 : 0 })} Lieder je Sekunde`
        : `${Math.max(1, Math.round(60 * perSecond))} Lieder je Minute`,
    left: (seconds) =>
      seconds < 60
        ? "noch weniger als eine Minute"
        : seconds < 90
          ? "noch etwa eine Minute"
          : seconds < 5400
            ? `noch etwa ${Math.round(seconds / 60)} Minuten`
            : `noch etwa ${Math.round(seconds / 3600)} Stunden`,
    failedCount: (n) => `${n.toLocaleString("de")} fehlgeschlagen`,
    canListen: "Du kannst jetzt hören. Die anderen Lieder kommen nach und nach dazu.",
    listen: "Hören",
    cancel: "Anhalten",
    stopped: (done, total) =>
      total > 0
        ? `Angehalten nach ${done.toLocaleString("de")} von ${total.toLocaleString("de")}.`
        : "Angehalten.",
    stoppedHint: "Was analysiert ist, bleibt.",
    goOn: "Weitermachen",
    tryAgain: "Noch einmal versuchen",
    done: (songs, failed, missing) =>
      [
        songs === 0
          ? "Keine neuen Lieder"
          : songs === 1
            ? "1 neues Lied"
            : `${songs.toLocaleString("de")} neue Lieder`,
        failed > 0 ? `${failed.toLocaleString("de")} fehlgeschlagen` : "",
        missing > 0 ? `${missing.toLocaleString("de")} verschwunden` : "",
      ]
        .filter(Boolean)
        .join(", ") + ".",
    unread: (n) =>
      n === 1
        ? "1 Datei ließ sich gerade nicht lesen; das nächste Einlesen versucht es noch einmal."
        : `${n.toLocaleString("de")} Dateien ließen sich gerade nicht lesen; das nächste Einlesen versucht es noch einmal.`,
    unreachable: (folders) =>
      `In ${folders.join(", ")} konnte VibeluX nicht sehen; die Lieder dort bleiben, wie sie sind.`,
    nothingThere: "In diesem Ordner ist keine Musik.",
    nothingReadHint: "Er ist leer oder lässt sich nicht lesen; ist seine Festplatte angeschlossen?",
    nothingThereHint:
      "Wähle einen anderen. Es zählen Dateien wie MP3, FLAC, M4A, Ogg, Opus und WAV.",
    close: "Schließen",

    failedFiles: (n) =>
      n === 1
        ? "1 Datei ließ sich nicht analysieren"
        : `${n.toLocaleString("de")} Dateien ließen sich nicht analysieren`,
    dismiss: (file) => `${file} ausblenden, bis sie sich ändert`,
    dismissAll: "Alle ausblenden",
    andMore: (n) => `und ${n.toLocaleString("de")} weitere`,
    reasons: {
      empty: "sie ist leer",
      not_audio: "es ist kein Ton darin",
      damaged: "sie ist beschädigt",
      protected: "sie ist kopiergeschützt",
      silent: "sie ist stumm",
      too_short: "sie ist zu kurz",
      no_permission: "VibeluX darf sie nicht lesen; das nächste Einlesen versucht es noch einmal",
      unreachable: "sie ließ sich nicht lesen; das nächste Einlesen versucht es noch einmal",
      vanished: "sie ist verschwunden",
      timeout: "es dauerte zu lange; das nächste Einlesen versucht es noch einmal",
      killed: "der Speicher reichte nicht; das nächste Einlesen versucht es noch einmal",
      crashed: "das Lesen brach ab",
    },

    search: "Titel, Interpret, Album oder Stimmung suchen",
    searchShort: "Suchen",
    sort: "Sortieren",
    sorts: {
      title: "Titel",
      artist: "Interpret",
      album: "Album",
      year: "Jahr",
      duration: "Länge",
      added: "Hinzugefügt",
      valence: "Angenehm",
      arousal: "Energie",
    },
    ascending: "Aufsteigend",
    descending: "Absteigend",
    filter: "Lieder, die so klingen",
    nothing: "Kein Lied passt",
    nothingText: "Andere Wörter oder weniger Filter finden mehr.",
    showAll: "Alle Lieder zeigen",
  },

  playlists: {
    title: "Wiedergabelisten",
    nameIt: "Name der Wiedergabeliste",
    keep: "Behalten",
    proposed: (mood, day) => `${mood[0]?.toUpperCase()}${mood.slice(1)}, ${day}`,
    mixed: "gemischt",
    day: (date, locale = "de") =>
      date.toLocaleDateString(locale, { day: "numeric", month: "long" }),
    kept: (name, songs) =>
      `„${name}“ mit ${songs === 1 ? "1 Lied" : `${songs} Liedern`} liegt in deiner Bibliothek.`,
    play: (name) => `${name} spielen`,
    download: (name) => `${name} als Datei herunterladen`,
    rename: (name) => `${name} umbenennen`,
    renameShort: "Umbenennen",
    delete: (name) => `${name} löschen`,
    deleteShort: "Löschen",
    sure: (name) => `Die Wiedergabeliste „${name}“ löschen? Ihre Lieder bleiben in der Bibliothek.`,
    deleted: (name) => `„${name}“ ist gelöscht.`,
    nothingThere: (name) => `Keines der Lieder von „${name}“ ist gerade in der Bibliothek.`,
    someMissing: (songs) =>
      songs === 1
        ? "1 Lied davon ist gerade nicht in der Bibliothek."
        : `${songs} Lieder davon sind gerade nicht in der Bibliothek.`,
  },

  song: {
    by: (title, artist) => `${title} von ${artist}`,
    play: (song) => `${song} abspielen`,
    pause: (song) => `${song} anhalten`,
    queue: (title) => `${title} einreihen`,
    queued: (title) => `„${title}“ kommt als Nächstes.`,
    playShort: "Abspielen",
    pauseShort: "Anhalten",
    queueShort: "Einreihen",
    radio: "Radio mit diesem Lied",
    radioOn: (title, songs) =>
      `Jetzt „${title}“, danach ${songs === 1 ? "das Lied, das" : `die ${songs} Lieder, die`} am ähnlichsten ${songs === 1 ? "klingt" : "klingen"}.`,
    track: (n) => `Titel ${n}`,
    sound: "Wie es klingt",
    affect: (valence, arousal) =>
      `Angenehm: ${de.signed(valence)} · Energie: ${de.signed(arousal)}`,
    clear: "Seine Stimmung ist eindeutig.",
    mixed: "Seine Stimmung ist gemischt, also weniger sicher.",
    steady: (sound) => `Von Anfang bis Ende ${sound}.`,
    varies: (sound) => `Meist ${sound}, mal mehr, mal weniger.`,
    onMap: "Auf der Karte zeigen",
    correct: "Stimmung berichtigen",
    corrected: "Diese Stimmung hast du ihm gegeben.",
    courseAsAnalysed: "So hat VibeluX es analysiert, bevor du es berichtigt hast.",
    revoke: "Zurück zur analysierten Stimmung",
    revoked: (title) => `„${title}“ hat wieder die analysierte Stimmung.`,
    course: "Seine Stimmung im Verlauf",
    courseLabel: "Stelle im Lied; die Eingabetaste spielt von dort",
    allAlong: (sound) => `Meist ${sound}.`,
    way: (first, rest) => `Beginnt ${first}; ${rest.join("; ")}.`,
    from: (time, sound) => `ab ${time} ${sound}`,
    restless: (first, last) => `Es wechselt oft: anfangs ${first}, am Ende ${last}.`,
    becomes: (changes) => `Zum Ende hin wird es ${changes.join(" und ")}.`,
    livelier: "lebhafter",
    calmer: "ruhiger",
    brighter: "angenehmer",
    darker: "weniger angenehm",
    alike: "Lieder, die ähnlich klingen",
    missing:
      "Die Datei ist fort. Verbinde das Laufwerk, auf dem sie liegt, oder lies ihren Ordner neu ein.",
    failed: (reason) => `Diese Datei ließ sich nicht analysieren: ${reason}.`,
    unknown: "Dieses Lied ist nicht hier",
    unknownText: "Vielleicht wurde es verschoben oder gelöscht, seit der Link entstand.",
    unknownAction: "In der Bibliothek suchen",
  },

  map: {
    title: "Stimmungskarte",
    surface:
      "Stimmungskarte. Pfeiltasten bewegen ein Kreuz, Plus und Minus vergrößern und verkleinern, Null zeigt alles. Die Eingabetaste spielt das Lied am Kreuz oder setzt dort deine Stimmung. A beginnt am Kreuz einen Bereich und beendet ihn.",
    summary: (songs, where) => `${songs}; die meisten sind ${where}.`,
    spread: (songs) => `${songs} aller Art.`,
    draw: "Einen Bereich zeichnen",
    area: "Dein Bereich",
    areaPlay: "Spielen",
    areaClear: "Bereich entfernen",
    areaEmpty: "Darin liegt kein Lied.",
    areaName: (day) => `Von der Karte, ${day}`,
    pleasant: "angenehm",
    unpleasant: "unangenehm",
    calm: "ruhig",
    energetic: "energiegeladen",
    degree: (word, very) => (very ? `sehr ${word}` : word),
    middle: "weder angenehm noch unangenehm, weder ruhig noch energiegeladen",
    legend: "Gezeigte Emotionen",
    here: "Lieder hier",
    hereNothing:
      "Drücke auf ein Lied, um es abzuspielen, oder auf eine freie Stelle, um deine Stimmung dorthin zu setzen.",
    take: "Meine Stimmung hierher setzen",
    taken: "Deine Stimmung ist hier",
    nearer: "Näher",
    farther: "Weiter weg",
    whole: "Alles zeigen",
    help: "Der Ring ist deine Stimmung. Verschiebe die Karte durch Ziehen, vergrößere sie mit dem Mausrad oder mit zwei Fingern.",
    helpArea: "Halte beim Ziehen die Umschalttaste, um einen Bereich zu zeichnen.",
    binned:
      "Jedes Quadrat steht für viele Lieder, je kräftiger, desto mehr. Vergrößere die Karte, um einzelne zu sehen.",
    empty: "Die Karte ist noch leer",
    emptyText: "Sobald VibeluX Lieder analysiert hat, ist jedes von ihnen hier ein Punkt.",
    emptyAction: "Lieder hinzufügen",
  },

  history: {
    title: "Stimmungsverlauf",
    span: "Gezeigte Zeit",
    today: "Heute",
    week: "Woche",
    mostly: (mood) => `Vor allem ${mood}.`,
    heard: (n) => (n === 1 ? "1 Lied gespielt." : `${n.toLocaleString("de")} Lieder gespielt.`),
    table: "Als Tabelle",
    hour: "Stunde",
    mood: "Stimmung",
    songs: "Lieder",
    played: "Gespielte Lieder",
    more: "Mehr zeigen",
    privacy:
      "Dieser Verlauf bleibt in diesem Browser: hin und wieder sieben Zahlen und die gespielten Lieder, 90 Tage lang. Keine Bilder, und nichts wird irgendwohin gesendet.",
    keep: "Einen Verlauf führen",
    erase: "Verlauf löschen",
    eraseSure:
      "Den Verlauf der Stimmungen und Lieder in diesem Browser löschen? Er lässt sich nicht zurückholen.",
    erased: "Der Verlauf ist gelöscht.",
    nothing: "Noch ist hier nichts",
    nothingText:
      "Lass dich von der Kamera sehen oder wähle eine Stimmung, dann erscheint hier dein Tag.",
    nothingOff: "Es wird kein Verlauf geführt. Schalte ihn unten ein, wenn du einen möchtest.",
    nothingAction: "Stimmung wählen",
  },
};
