"""Threads, forks and processes that share a storage; memory that stays flat."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.core.files.base import ContentFile


def run(program, oss_emulator):
    """``program`` in a process of its own, with ``storage`` made in it; what it printed."""
    head = f"""
import os, sys
from django.conf import settings
settings.configure(SECRET_KEY="x", USE_TZ=True)
from django.core.files.base import ContentFile
from django_oss_share.storage import OSSStorage
storage = OSSStorage(**{oss_emulator.storage_options()!r})
"""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", head + textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.stderr == ""
    return result.stdout.split()


def test_threads_share_a_storage(storage, oss_emulator):
    start = Barrier(8, timeout=30)

    def work(number):
        start.wait()
        for step in range(5):
            name = storage.save(f"{number}/{step}", ContentFile(b"%d-%d" % (number, step)))
            assert storage.open(name).read() == b"%d-%d" % (number, step)
            assert storage.listdir(str(number))[1] == [str(each) for each in range(step + 1)]
        return storage.url(f"{number}/0").split("?")[0]

    with ThreadPoolExecutor(8) as pool:
        links = list(pool.map(work, range(8)))
    assert len(set(links)) == 8
    assert len(oss_emulator.keys()) == 40


def test_links_of_many_threads_are_their_own(storage, oss_emulator):
    """Presigners keep the latest link's ends; threads must not get each other's."""
    start = Barrier(8, timeout=30)

    def work(number):
        start.wait()
        return [storage.url(f"{number}", expire=60 + number) for _ in range(500)]

    with ThreadPoolExecutor(8) as pool:
        for number, links in enumerate(pool.map(work, range(8))):
            for link in links:
                assert f"/{number}?" in link
                assert f"x-oss-expires={60 + number}&" in link


def test_a_fork_has_connections_of_its_own(oss_emulator):
    """Parent and children talk at the same time; on one socket they would read each other's answers."""
    program = """
        storage.save("parent", ContentFile(b"0" * 1000))
        children = []
        for number in range(1, 4):
            pid = os.fork()
            if pid == 0:
                name = str(number)
                for _ in range(20):
                    storage.save(name, ContentFile(name.encode() * 1000))
                    if storage.open(name).read() != name.encode() * 1000:
                        os._exit(1)
                os._exit(0)
            children.append(pid)
        for _ in range(20):
            assert storage.open("parent").read() == b"0" * 1000
        print(*[os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children])
    """
    assert run(program, oss_emulator) == ["0", "0", "0"]
    assert oss_emulator.keys() == ["1", "2", "3", "parent"]


def test_a_pickled_storage_in_another_process(oss_emulator):
    program = """
        import multiprocessing
        if __name__ == "__main__":
            with multiprocessing.get_context("fork").Pool(2) as pool:
                print(*pool.starmap(storage.save, [(str(n), ContentFile(b"x")) for n in range(4)]))
    """
    assert run(program, oss_emulator) == ["0", "1", "2", "3"]
    assert oss_emulator.keys() == ["0", "1", "2", "3"]


def test_nothing_is_left_open(oss_emulator):
    """Warnings are errors: a socket that nobody closes would be told at the end."""
    program = """
        import gc
        storage.save("a", ContentFile(b"x" * 100_000))
        file = storage.open("a")
        file.read(10)
        del file
        with storage.open("a") as file:
            file.read(10)
        storage.listdir("")
        gc.collect()
        print("done")
    """
    assert run(program, oss_emulator) == ["done"]


def test_memory_stays_flat(oss_emulator):
    """24 MiB through a process that may hold a few parts; measured there, since the emulator is in this one."""
    program = """
        import io, tracemalloc
        from django.core.files.base import File

        class Zeros(io.RawIOBase):
            left = 24 * 1024 * 1024
            def readable(self):
                return True
            def readinto(self, buffer):
                size = min(len(buffer), self.left, 65536)
                self.left -= size
                buffer[:size] = bytes(size)
                return size

        storage.exists("warm")
        small = OSSStorage(**{**storage.deconstruct()[2], "access_key": storage.access_key,
                              "secret_key": storage.secret_key, "max_memory_size": 1024 * 1024,
                              "transfer_config": {"part_size": 1024 * 1024, "parallel": 2}})
        small.exists("warm")
        tracemalloc.start()
        small.save("streamed", File(Zeros()))
        with small.open("written", "wb") as file:
            for _ in range(24):
                file.write(bytes(1024 * 1024))
        with small.open("streamed") as file:
            print(sum(len(chunk) for chunk in file.chunks()))
        print(tracemalloc.get_traced_memory()[1] // 1024 // 1024)
    """
    size, peak_mib = map(int, run(program, oss_emulator))
    assert size == 24 * 1024 * 1024
    assert oss_emulator.calls["UploadPart"] >= 46
    assert peak_mib < 11
