#!/usr/bin/env python3
"""Measures the dashboard at the end of a pseudo-terminal: time to the first frame, from a key to the
first byte that it draws, bytes a key, memory, and what it does while idle.

    tests/bench/dashboard.py target/release/rolo FILE.db
"""
import fcntl, os, pty, select, signal, statistics, struct, sys, termios, time

ROLO, DB = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])


def run(name, args, ready, keys, count=200, size=(100, 30)):
    begun = time.time()
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(ROLO_DB=DB, TZ="UTC", LANG="C.UTF-8", TERM="xterm-256color")
        os.execv(ROLO, ["rolo", *args])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    seen = b""

    def read(wait):
        nonlocal seen
        if not select.select([fd], [], [], wait)[0]:
            return b""
        found = os.read(fd, 1 << 16)
        seen += found
        return found

    while ready not in seen and time.time() - begun < 30:
        read(0.5)
    first = (time.time() - begun) * 1000
    time.sleep(2)
    while read(0.2):
        pass
    waits, drawn = [], 0
    for at in range(count):
        pressed = time.time()
        os.write(fd, keys[at % len(keys)])
        drawn += len(read(2))
        waits.append((time.time() - pressed) * 1000)
        time.sleep(0.005)
        while found := read(0):
            drawn += len(found)
    waits.sort()

    def work():
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        wakes = 0
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/status") as status:
                wakes += sum(int(l.split()[1]) for l in status if l.startswith("voluntary"))
        return int(fields[11]) + int(fields[12]), wakes

    time.sleep(1)
    before = work()
    time.sleep(5)
    after = work()
    with open(f"/proc/{pid}/status") as status:
        memory = next(int(l.split()[1]) for l in status if l.startswith("VmHWM")) / 1024
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    print(
        f"{name:<22} first {first:5.0f} ms   key {statistics.median(waits):4.1f} ms, "
        f"p99 {waits[int(len(waits) * 0.99) - 1]:4.1f} ms, {drawn // count} bytes   "
        f"idle {(after[0] - before[0]) / 5:.1f} % CPU, {(after[1] - before[1]) / 5:.1f} wake-ups/s   "
        f"{memory:.0f} MB"
    )


run("board", [], "↓".encode(), [b"j", b"j", b"l", b"k", b"h"])
run("board, moving", [], "↓".encode(), [b"L", b"u"], 20)
run("deals, down", ["deals"], b"1/", [b"j"])
run("contacts, down", ["contacts"], b"1/", [b"j"])
run("contacts, by page", ["contacts"], b"1/", [b"\x1b[6~"])
run("contacts, end and top", ["contacts"], b"1/", [b"G", b"g", b"g"], 60)
