"""The four servers, set up for speed: their data need not survive them."""

from __future__ import annotations

import signal
from pathlib import Path

import kombu
import MySQLdb
import psycopg
import redis

from .server import Server, free_port, program


class PostgreSQL(Server):
    name = "postgresql"
    user = "postgres"
    stop_signal = signal.SIGQUIT  # "immediate": no last checkpoint

    def prepare(self) -> None:
        self.run(self._program("initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "data")

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self._program("postgres"), "-D", str(self.directory / "data"), "-p", str(self.port), *flags]

    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}"

    def ping(self) -> None:
        psycopg.connect(f"{self.url()}/postgres").close()

    def _program(self, name: str) -> str:
        return program(name, "usr/lib/postgresql/*/bin")


class MariaDB(Server):
    name = "mariadb"
    user = "mysql"
    stop_signal = signal.SIGKILL  # a clean end takes seconds, for data that nobody reads again

    def prepare(self) -> None:
        self.run(
            program("mariadb-install-db"),
            "--no-defaults",
            f"--datadir={self.directory / 'data'}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        )

    def command(self) -> list[str]:
        return [
            program("mariadbd"),
            "--no-defaults",
            f"--datadir={self.directory / 'data'}",
            f"--socket={self.directory / 'socket'}",
            f"--pid-file={self.directory / 'pid'}",
            "--bind-address=127.0.0.1",
            f"--port={self.port}",
            "--skip-name-resolve",
            "--skip-log-bin",
            "--max-connections=200",
            "--character-set-server=utf8mb4",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
        ]

    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}"

    def ping(self) -> None:
        MySQLdb.connect(host="127.0.0.1", port=self.port, user="root").close()


class Redis(Server):
    name = "redis"
    stop_signal = signal.SIGKILL

    def command(self) -> list[str]:
        flags = [
            "--bind",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--databases",
            "256",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        return [program("redis-server"), *flags]

    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def ping(self) -> None:
        with redis.Redis.from_url(self.url()) as client:
            client.ping()


class RabbitMQ(Server):
    name = "rabbitmq"
    user = "rabbitmq"
    stop_signal = signal.SIGKILL

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._names_port, self._cluster_port = free_port(), free_port()

    def prepare(self) -> None:
        (self.directory / "plugins").write_text("[].")

    def command(self) -> list[str]:
        names = f"{program('epmd')} -port {self._names_port} -address 127.0.0.1"
        broker = program("rabbitmq-server", "usr/lib/rabbitmq/bin")
        return ["/bin/sh", "-c", f"{names} & exec {broker}"]

    def environment(self) -> dict[str, str]:
        here = self.directory
        return {
            "ERL_CRASH_DUMP": str(here / "crash"),
            "ERL_EPMD_PORT": str(self._names_port),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(here / "none"),
            "RABBITMQ_DIST_PORT": str(self._cluster_port),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(here / "plugins"),
            "RABBITMQ_LOG_BASE": str(here),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_MNESIA_BASE": str(here / "data"),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODENAME": "tests@localhost",
            "RABBITMQ_PID_FILE": str(here / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def ping(self) -> None:
        with kombu.Connection(self.url(), connect_timeout=5) as connection:
            connection.connect()


SERVERS = {server.name: server for server in (PostgreSQL, MariaDB, Redis, RabbitMQ)}
