"""What the help of the whole says of each command: the first line of its own help."""

SUMMARIES = {
    "setup": "Install a stack, or bring it to the chosen settings; a second run has nothing to do.",
    "start": "Start the installed stack, or services of it, and wait until it answers.",
    "stop": "Stop the installed stack, or services of it; the data stays.",
    "restart": "Restart the installed stack, or services of it, and wait until it answers.",
    "uninstall": "Remove containers and networks; with --purge also data, settings and secrets.",
    "version": "Show the versions of thothctl, Python, Docker and Compose.",
    "ask": "Ask the running stack a question; shows the SQL, the rows and where they come from.",
    "import-bird": "Import SQLite databases as workspaces; the source is only read.",
    "import-data": (
        "Take in data of a development checkout, of packed volumes, or of a hand-made project."
    ),
    "export-data": (
        "Write the data of all stores, of one moment, as plain files: dumps, databases, JSON."
    ),
    "open": "Open the page in a browser, or print its address where there is none.",
    "status": "Show what is installed and how it runs; with Docker down, what is recorded.",
    "health": (
        "Check every service and what the server says of itself; exits 3 when something fails."
    ),
    "doctor": "Look at everything and say what to do; exits 3 when a check fails.",
    "logs": "Show the services' log lines in the order they were written.",
    "figures": "Write figures of the install for Prometheus; the machine does so by the clock.",
    "exec": "Run a program inside a service; its exit code is the command's.",
    "shell": "Open a shell inside a service; needs a terminal.",
    "test": "Run the server's tests inside the development container, on the mounted source.",
    "upgrade": "Bring the install to a newer version; when that fails, the old one runs again.",
    "rollback": "Take back a change that was cut off, else go back to an earlier release.",
    "releases": "Show what was installed, when and why; the active release is marked.",
    "restore": "Put data back from a backup; what runs now is kept, and `--undo` brings it back.",
    "resume": "Go on with an operation that was killed, from its first unfinished step.",
    "journal": "Show the operations on an install: what for, when, and how each ended.",
    "render": "Write docker-compose.yml and .env.example that run without thothctl.",
    "workspace": "Show, move and remove what can be asked.",
    "backup": "Make, prove and keep backups.",
    "config": "Read, check and change settings.",
    "keys": "Store, check and remove API keys.",
    "secrets": "List, rotate and check secrets.",
    "certificates": "Show and renew the stack's certificate.",
    "images": "Build, pull, push, list and prune images.",
    "service": "Let the machine start and look after it.",
}
