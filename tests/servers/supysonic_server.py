"""Supysonic behind waitress, in a process of its own.

``python supysonic_server.py FOLDER PORT`` serves FOLDER/music to the user ``me`` with the password
``sésame``, from a new database; it prints its port, then ``done`` after each line ``scan`` on its
standard input.
"""

import sys
import threading
from pathlib import Path

import waitress
from supysonic.config import IniConfig
from supysonic.db import close_connection, init_database, open_connection
from supysonic.managers.folder import FolderManager
from supysonic.managers.user import UserManager
from supysonic.scanner import Scanner
from supysonic.web import create_application

folder = Path(sys.argv[1])
(folder / "cache").mkdir(exist_ok=True)
(folder / "supysonic.db").unlink(missing_ok=True)
config = folder / "supysonic.conf"
config.write_text(
    f"[base]\ndatabase_uri = sqlite:///{folder}/supysonic.db\n"
    f"[webapp]\ncache_dir = {folder}/cache\nmount_webui = off\n[daemon]\nsocket = {folder}/socket\n"
)


def scan():
    open_connection(True)
    scanner = Scanner()
    scanner.queue_folder("music")
    scanner.run()
    close_connection()


settings = IniConfig(str(config))
init_database(settings.BASE["database_uri"])
open_connection(True)
UserManager.add("me", "sésame", admin=True)
FolderManager.add("music", str(folder / "music"))
close_connection()
scan()
server = waitress.create_server(
    create_application(settings), host="127.0.0.1", port=int(sys.argv[2])
)
threading.Thread(target=server.run, daemon=True).start()
print(server.effective_port, flush=True)
for _ in sys.stdin:
    scan()
    print("done", flush=True)
