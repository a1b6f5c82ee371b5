"""The connection to a runtime while it runs: ticks as Blender's timer makes them, and what they bring."""

import time

import bpy
from addon import part
from look import bone_matrices, feelings, keys_of


def ticks(count):
    """As Blender's timer, which does not run in the background."""
    return [part("session").tick() for _ in range(count)]


def status():
    return part("session").status_lines(time.perf_counter())


def tick_until(test, patience_s=60.0):
    ends = time.monotonic() + patience_s
    while not test():
        assert time.monotonic() < ends, status()
        part("session").tick()
        time.sleep(0.002)


def follow(count):
    """Frame id, shape keys, bones and emotions after each of so many different motions."""
    seen = []
    while len(seen) < count:
        before = part("session").current.last
        tick_until(lambda before=before: part("session").current.last is not before)
        bpy.context.view_layer.update()
        last = part("session").current.last
        seen.append([last.frame_id, keys_of(), bone_matrices(), feelings()])
    return seen


def wait_status(text):
    tick_until(lambda: any(text in line for line in status()))
    return status()


def recorded_times():
    recording = part("session").current.recording
    return [list(recording._times), [list(row) for row in recording._rows]]


def wait_recorded(count):
    """Ticks meanwhile."""
    tick_until(lambda: len(part("session").current.recording) >= count)


def sleep_until_recorded(count):
    """Blender is busy with something else: no tick."""
    ends = time.monotonic() + 60
    while len(part("session").current.recording) < count:
        assert time.monotonic() < ends
        time.sleep(0.01)


def wait_picture(count):
    tick_until(lambda: part("session").current.picture.count >= count)
    part("session").tick()


def drive_until(sent):
    tick_until(lambda: part("session").current.sender.sent >= sent)


def frame_shown():
    """Number of the frame that the timer has shown last; 0 = none."""
    last = part("session").current.last
    return last.frame_id if last is not None else 0


def ages(seconds):
    """Milliseconds from a driver's measurement to the shape keys, and of each call that showed one, at the timer's pace.

    And the cores that all of Blender has used meanwhile, and its largest memory, megabytes.
    """
    import resource  # not on Windows

    session = part("session")
    wait_status("Connected")
    ages_ms, calls_ms = [], []
    last = 0
    begin = due = time.perf_counter()
    used = time.process_time()
    while due - begin < seconds:
        due += session.TICK_S
        time.sleep(max(due - time.perf_counter(), 0.0))
        before = time.perf_counter()
        session.tick()
        after = time.perf_counter()
        shown = session.current.last
        if shown is not None and shown.capture_time_ns > last:
            ages_ms.append((time.time_ns() - shown.capture_time_ns) / 1e6)
            calls_ms.append(1e3 * (after - before))
            last = shown.capture_time_ns
    cores = (time.process_time() - used) / (time.perf_counter() - begin)
    return [ages_ms, calls_ms, cores, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000]
