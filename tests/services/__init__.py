"""Real servers for the tests: PostgreSQL, MariaDB, Redis, RabbitMQ, and Chromium.

Ask for what you need by fixture; the first test that asks starts the server, on a free port of 127.0.0.1, in a
temporary directory, with a configuration of its own. All workers of pytest-xdist share it. It ends with the session,
also when the session is killed (see ``keeper.py``). What is already running on the machine is neither used nor touched.

=====================  ==================================================================  ========  =================
fixture                what it gives                                                       scope     starts in
=====================  ==================================================================  ========  =================
``postgresql_url``     ``postgresql://…``, an empty database for this worker alone         session   2 s
``mariadb_url``        ``mysql://…``, an empty database for this worker alone              session   3 s
``redis_url``          ``redis://…/N``, a database number for this worker alone            session   0.1 s
``rabbitmq_url``       ``amqp://…``, shared by all workers: give your queues unique names  session   5 s
``chromium_path``      the browser's path, for Playwright's ``executable_path``            session
``browser``            a headless Chromium, as a Playwright ``Browser``                    function  1 s
``each_database``      the test runs once on each of SQLite, PostgreSQL, MariaDB           function
=====================  ==================================================================  ========  =================

On all three databases, with real transactions and real threads::

    from services.threads import in_threads

    def test_limit_is_exact(each_database):        # "sqlite", "postgresql", "mariadb"
        share = make_share(max_downloads=7)
        answers = in_threads(50, lambda: download(share))
        assert answers.count(302) == 7

``each_database`` needs no ``django_db`` mark and takes the place of it: ``default`` points at a real, migrated
database for the length of the test, in every thread; all commits are real; the rows are removed afterwards. Ordinary
tests with the ``django_db`` mark run on the SQLite file of ``project_settings``.

On some of them only: ``@pytest.mark.parametrize("each_database", ["postgresql"], indirect=True)``.

A program that is missing fails the test with the way to get it; nothing is skipped. ``scripts/system-packages``
installs them all.
"""
