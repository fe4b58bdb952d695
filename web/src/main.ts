import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/shell.css";
import "./styles/song.css";
import "./styles/library.css";
import "./styles/playlists.css";
import "./styles/map.css";
import "./styles/history.css";
import "./styles/player.css";
import "./styles/listen.css";
import "./styles/mood.css";
import { recordHistory } from "./history/history";
import { loadEveryday } from "./mood/everyday";
import { historyView } from "./history/history-view";
import { libraryView } from "./library/library-view";
import { listenView } from "./listen/listen-view";
import { mapView } from "./map/map-view";
import { mediaSession } from "./player/media-session";
import { remember } from "./player/player";
import { playerBar, playerKeys } from "./player/player-bar";
import { watchService } from "./api/service";
import type { Route } from "./route";
import { settingsView } from "./settings-view";
import { glow } from "./shell/glow";
import { tellError } from "./shell/messages";
import { shell } from "./shell/shell";
import type { View } from "./shell/view";
import { songView } from "./song/song-view";

function viewOf(route: Route): View {
  switch (route.place) {
    case "listen":
      return listenView;
    case "library":
      return libraryView;
    case "map":
      return mapView;
    case "history":
      return historyView;
    case "settings":
      return settingsView;
    case "song":
      return songView(route.id);
  }
}

window.addEventListener("unhandledrejection", (event) => tellError(event.reason));
window.addEventListener("pagehide", remember);
document.addEventListener("visibilitychange", remember); // phones end a hidden tab without a word
watchService();
glow();
recordHistory();
loadEveryday();
mediaSession();
playerKeys();
shell({ of: viewOf, player: playerBar });
