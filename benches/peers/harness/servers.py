"""The servers of a run: one PostgreSQL cluster, and a Redis for each way of keeping its log."""

import glob
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time

START_SECONDS = 60
STOP_SECONDS = 60


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def postgres_bin():
    """The folder of initdb and postgres, 15 or newer, the newest first; None where there is none."""
    found = shutil.which("postgres")
    folders = [os.path.dirname(os.path.realpath(found))] if found else []
    folders += sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: -float(path.split("/")[4]))
    for folder in folders:
        program = os.path.join(folder, "postgres")
        if not os.access(program, os.X_OK):
            continue
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"(\d+)", said)
        if version and int(version[1]) >= 15:
            return folder
    return None


class Server:
    """A child process that is stopped by its pid, whatever happens."""

    def __init__(self, name, command, log, stop_signal, **options):
        self.name, self.log, self.stop_signal = name, log, stop_signal
        with open(log, "ab") as output:
            # A session of its own: Ctrl-C is for us, we stop it afterwards.
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, **options
            )

    def until_ready(self, is_ready):
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(self.log, encoding="utf-8", errors="replace") as log:
                    raise RuntimeError(f"{self.name} did not start: {' | '.join(log.read().splitlines()[-3:])}")
            time.sleep(0.1)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Postgres:
    """A cluster of its own on a free port of the loopback interface."""

    SETTINGS = {
        "fsync": "on",
        "synchronous_commit": "on",
        "shared_buffers": "1GB",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
    }

    def __init__(self, bin_folder, folder):
        self.bin = bin_folder
        self.data = os.path.join(folder, "postgres")
        self.port, self.password = free_port(), secrets.token_hex(16)
        self.environment = {**os.environ, "PGPASSWORD": self.password, "LC_ALL": "C.UTF-8"}
        os.mkdir(self.data, 0o700)
        options = {"cwd": "/", "env": self.environment}
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            user = pwd.getpwnam("postgres")
            os.chown(self.data, user.pw_uid, user.pw_gid)
            options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.make(folder, options)
        settings = [part for name, value in self.SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [os.path.join(self.bin, "postgres"), "-D", self.data, "-p", str(self.port), *settings]
        # SIGINT: disconnect everybody, write a checkpoint, end.
        self.server = Server("PostgreSQL", command, os.path.join(folder, "postgres.log"), signal.SIGINT, **options)

    def make(self, folder, options):
        words = os.path.join(folder, "password")
        with open(os.open(words, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(self.password)
        if "user" in options:
            os.chown(words, options["user"], options["group"])
        command = [os.path.join(self.bin, "initdb"), "-D", self.data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]
        command += ["--auth=scram-sha-256", f"--pwfile={words}"]
        with open(os.path.join(folder, "initdb.log"), "wb") as log:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True, **options)
        os.remove(words)

    def until_ready(self):
        self.server.until_ready(lambda: self.psql("select 1", check=False).returncode == 0)

    def psql(self, sql, check=True):
        program = os.path.join(self.bin, "psql")
        program = program if os.access(program, os.X_OK) else "psql"
        command = [program, "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        done = subprocess.run(
            [*command, "-d", "postgres", "-c", sql],
            capture_output=True,
            text=True,
            check=False,
            timeout=STOP_SECONDS,
            env=self.environment,
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr.strip()}")
        return done

    def url(self, database):
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def version(self):
        return "PostgreSQL " + self.psql("show server_version").stdout.split()[0]

    def fresh(self, name):
        """An empty database, with nothing left for the checkpointer to do."""
        self.drop(name)
        self.psql(f"create database {name}")
        self.psql("checkpoint")
        return self.url(name)

    def drop(self, name):
        self.psql(f"drop database if exists {name} with (force)")

    def stop(self):
        self.server.stop()


class Redis:
    """A Redis on a free port of the loopback interface, with an append-only log."""

    def __init__(self, program, folder, appendfsync):
        self.port, self.password = free_port(), secrets.token_hex(16)
        home = os.path.join(folder, f"redis-{appendfsync}")
        os.mkdir(home, 0o700)
        settings = os.path.join(home, "redis.conf")
        with open(os.open(settings, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(
                f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndir {home}\ndaemonize no\n"
                f'save ""\nappendonly yes\nappendfsync {appendfsync}\nmaxmemory-policy noeviction\n'
            )
        log = os.path.join(folder, f"redis-{appendfsync}.log")
        self.server = Server("Redis", [program, settings], log, signal.SIGTERM)

    def until_ready(self):
        self.server.until_ready(lambda: self.ask("PING") == "+PONG")

    def ask(self, command):
        """Sends one word and returns the first line of the answer, or None where nobody answers."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), START_SECONDS) as connection:
                connection.sendall(f"AUTH {self.password}\r\n{command}\r\n".encode())
                with connection.makefile(encoding="utf-8") as answers:
                    answers.readline()
                    return answers.readline().strip()
        except OSError:
            return None

    def fresh(self, _name):
        """An empty store, whose log is short again."""
        if self.ask("FLUSHALL") != "+OK":
            raise RuntimeError("Redis could not be emptied")
        return f"redis://:{self.password}@127.0.0.1:{self.port}"

    def drop(self, _name):
        self.fresh(_name)

    def stop(self):
        self.server.stop()
