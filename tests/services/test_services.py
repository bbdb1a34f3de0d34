"""Each server answers, and does what the tests that use it rely on."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import uuid4

import kombu
import MySQLdb
import psycopg
import pytest
import redis
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from services.threads import in_threads

pytestmark = pytest.mark.once


def test_postgresql(postgresql_url):
    with psycopg.connect(postgresql_url) as connection:
        assert connection.execute("SELECT 6 * 7").fetchone() == (42,)
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_mariadb(mariadb_url):
    server = urlsplit(mariadb_url)
    connection = MySQLdb.connect(
        host=server.hostname, port=server.port, user=server.username, database=server.path.lstrip("/")
    )
    cursor = connection.cursor()
    cursor.execute("SELECT '季度' = '季度', version() LIKE '%MariaDB%'")
    assert cursor.fetchone() == (1, 1)
    connection.close()


def test_redis(redis_url):
    with redis.Redis.from_url(redis_url) as client:
        client.set("report", "季度")
        assert client.get("report").decode() == "季度"


def test_rabbitmq(rabbitmq_url):
    name = f"test-{uuid4()}"
    with kombu.Connection(rabbitmq_url) as connection, connection.SimpleQueue(name) as queue:
        queue.put({"report": "季度"})
        message = queue.get(timeout=10)
        message.ack()
        assert message.payload == {"report": "季度"}


def test_chromium_reads_chinese(browser):
    page = browser.new_page()
    page.set_content("<p id=name>季度报告.pdf</p>")
    assert page.inner_text("#name") == "季度报告.pdf"


def test_default_is_the_database_asked_for(each_database):
    vendor = {"mariadb": "mysql"}.get(each_database, each_database)
    assert connection.vendor == vendor
    assert connection.vendor != "mysql" or connection.mysql_is_mariadb


@pytest.mark.parametrize("turn", ["first", "second"])
def test_rows_do_not_outlive_their_test(each_database, turn):
    assert not Group.objects.exists()
    Group.objects.create(name="left over")


def test_commits_are_seen_by_other_threads(each_database):
    Group.objects.create(name="finance")
    assert in_threads(2, Group.objects.count) == [1, 1]


def test_conditional_updates_from_many_threads_are_exact(each_database):
    group = Group.objects.create(name="0")
    ids = iter(range(1, 51))

    def take():
        with transaction.atomic():
            Group.objects.create(name=f"attempt {next(ids)}")
            return Group.objects.filter(pk=group.pk, permissions=None).update(name=F("name"))

    assert in_threads(50, take) == [1] * 50
    assert Group.objects.count() == 51


def test_a_unique_name_is_given_once(each_database):
    def create():
        try:
            Group.objects.create(name="finance")
        except IntegrityError:
            return False
        return True

    assert in_threads(20, create).count(True) == 1


@pytest.mark.django_db
def test_an_ordinary_test_runs_on_a_file_of_sqlite():
    assert connection.vendor == "sqlite"
    assert "memory" not in str(connection.settings_dict["NAME"])
