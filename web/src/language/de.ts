import type { Language } from "./en";

/** Deutsch: jedes sichtbare Wort der Seite. */
export const de: Language = {
  name: "Deutsch",
  code: "de",

  emotions: {
    angry: "wütend",
    disgust: "angewidert",
    fear: "ängstlich",
    happy: "fröhlich",
    neutral: "neutral",
    sad: "traurig",
    surprise: "überrascht",
  },
  percent: (share) => `${Math.round(100 * share)} %`,
  songs: (n) => (n === 1 ? "1 Lied" : `${n.toLocaleString("de")} Lieder`),
  decimal: (x, digits = 2) =>
    x.toLocaleString("de", { minimumFractionDigits: digits, maximumFractionDigits: digits }),

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
    liveStop: "Die Kamera ist an. Ausschalten",
    close: "Schließen",
    dismiss: "Meldung schließen",
    gone: "VibeluX antwortet nicht.",
    goneHint: "Starte „vibelux serve“ neu; diese Seite macht dann von selbst weiter.",
    back: "VibeluX antwortet wieder.",
    tokenHint:
      "Öffne den Link, den „vibelux serve“ ausgegeben hat; er enthält den Schlüssel zu dieser Seite.",
    unexpected: "In dieser Seite ist etwas schiefgegangen. Lade sie neu.",
  },

  keys: {
    title: "Tastatur",
    play: "Wiedergabe oder Pause",
    next: "nächstes Lied",
    back: "zum Anfang, dann zum Lied davor",
    seek: "5 Sekunden zurück oder vor",
    volume: "lauter oder leiser",
    like: "dieses Lied gefällt mir",
    notNow: "jetzt nicht: ein anderes Lied",
    camera: "Kamera an oder aus",
    search: "in der Bibliothek suchen",
    listen: "Hören",
    library: "Bibliothek",
    map: "Stimmungskarte",
    history: "Verlauf",
    help: "diese Liste",
  },

  settings: {
    title: "Einstellungen",
    appearance: "Aussehen",
    theme: { system: "System", light: "Hell", dark: "Dunkel" },
    language: "Sprache",
    privacy: "Privatsphäre",
    privacyText:
      "Die Bilder der Kamera werden in diesem Browser gelesen und sofort vergessen. Sieben Zahlen gehen an VibeluX auf deinem Rechner, nichts geht irgendwo anders hin.",
    learnt: "Was VibeluX von dir gelernt hat",
    learntCount: (played, skipped, liked, wrong) =>
      `${played} gehört, ${skipped} übersprungen, ${liked} gemocht, ${wrong} Stimmungen berichtigt. Es bleibt auf deinem Rechner.`,
    forget: "Alles vergessen",
    forgetSure:
      "Für immer vergessen, was von dir gelernt wurde? Lieder und Wiedergabelisten bleiben.",
    forgotten: "Vergessen.",
    cancel: "Abbrechen",
    version: (version) => `VibeluX ${version}`,
  },
};
