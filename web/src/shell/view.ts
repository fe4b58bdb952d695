/**
 * A view: builds its elements, and lives until the signal is aborted.
 *
 * It is built anew whenever its place is opened or the language changes, so what must last (the
 * camera, the music, where a list was scrolled to) lives in stores outside of it.
 */
export type View = (signal: AbortSignal) => HTMLElement;
