from __future__ import annotations

from runtime.intake.sender_names import MAX_OF_HOST, MAX_SENDERS, SenderNames


def test_a_sender_is_called_after_its_address() -> None:
    names = SenderNames()
    assert [names.name(f"{host}:5000", 0.0) for host in ("127.0.0.1", "10.0.0.7", "[fe80::1]")] == [
        "127.0.0.1", "10.0.0.7", "[fe80::1]",
    ]  # fmt: skip


def test_two_programs_that_take_turns_stay_apart() -> None:
    names = SenderNames()
    heard: dict[int, list[str]] = {1: [], 2: []}
    for turn in range(20):
        for port in heard:
            heard[port].append(names.name(f"127.0.0.1:{port}", turn / 60))
    assert set(heard[1][2:]) == {"127.0.0.1"}
    assert set(heard[2][2:]) == {"127.0.0.1 (2)"}


def test_a_program_that_is_started_again_has_its_name_again() -> None:
    names = SenderNames()
    for i in range(10):
        names.name("127.0.0.1:1", i / 10)
    assert names.name("127.0.0.1:2", 5.8) == "127.0.0.1 (2)"
    assert names.name("127.0.0.1:3", 6.0) == "127.0.0.1"


def test_a_script_with_another_port_for_every_message_is_one_sender() -> None:
    names = SenderNames()
    assert {names.name(f"127.0.0.1:{port}", port / 100) for port in range(1000)} == {"127.0.0.1"}


def test_a_clock_that_was_set_back_does_not_keep_a_name_from_the_next_program() -> None:
    names = SenderNames()
    names.name("127.0.0.1:1", 5000.0)
    names.name("127.0.0.1:1", 5000.1)
    assert names.name("127.0.0.1:2", 10.0) == "127.0.0.1"


def test_memory_is_bounded() -> None:
    names = SenderNames()
    used = set()
    for _ in range(3):
        for port in range(4 * MAX_SENDERS):
            names.name(f"127.0.0.1:{port}", 0.0)
            used.add(names.name(f"127.0.0.1:{port}", 0.0))
    assert len(names._senders) == MAX_SENDERS
    assert len(used) <= MAX_OF_HOST
