"""A chat bot's emotions: a tag such as [happy] in each line of its reply becomes a mood that fades away.

printf '[happy] Welcome!\\n[sad 0.4] I have to go.\\n' | python examples/client/emotions_of_a_chat.py
"""

import asyncio
import re
import sys

from omote.client import AsyncOmote, ValueRefusedError

TAG = re.compile(r"\[(\w+)(?: ([\d.]+))?\]")
FADE = [1.0, 0.8, 0.6, 0.4, 0.2]


async def show(face: AsyncOmote, emotion: str, strength: float, hold_s: float) -> None:
    """Hold an emotion, then let it go in steps."""
    layer = face.layer("emotion", priority=5, ttl_s=max(hold_s, 0.1) + 1)
    for share in FADE:
        layer.weighted(share).set(**{emotion: strength})
        await asyncio.sleep(hold_s if share == 1.0 else 0.1)


async def main(hold_s: float = 3.0) -> None:
    """Print what is said, and show what is meant."""
    async with AsyncOmote(source="chat bot") as face:
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(TAG.sub("", line).strip(), flush=True)
            for emotion, strength in TAG.findall(line):
                try:
                    await show(face, emotion, float(strength or 1), hold_s)
                except ValueRefusedError as error:  # the model invented an emotion
                    print(error, file=sys.stderr)


if __name__ == "__main__":
    asyncio.run(main(*map(float, sys.argv[1:])))
