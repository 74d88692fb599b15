"""``manage.py draw_sound``: compute the sound of a new message, after a change of its notes."""

from __future__ import annotations

import io
import math
import wave
from pathlib import Path

from django.core.management.base import BaseCommand

PATH = Path(__file__).resolve().parents[2] / "static" / "notifications" / "message.wav"
RATE = 16_000
# Two notes of a bell, a fourth apart: frequency in hertz, and when each begins and how long it rings, in seconds.
NOTES = ((784.0, 0.0, 0.22), (1046.5, 0.09, 0.30))
# A bell sounds with partials that die away sooner the higher they are: multiple of the note, loudness, decay.
PARTIALS = ((1.0, 0.6, 11.0), (2.0, 0.22, 17.0), (3.01, 0.1, 26.0))
LOUDNESS = 70


def render() -> bytes:
    """Return the sound as a WAV file of one channel with eight bits."""
    length = int(RATE * max(begin + lasts for _frequency, begin, lasts in NOTES))
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(1)
        written.setframerate(RATE)
        written.writeframes(bytes(128 + round(LOUDNESS * _sample(step / RATE)) for step in range(length)))
    return file.getvalue()


def _sample(at: float) -> float:
    return sum(_note(frequency, at - begin, lasts) for frequency, begin, lasts in NOTES if begin <= at < begin + lasts)


def _note(frequency: float, at: float, lasts: float) -> float:
    # Both ends are rounded off, so that nothing clicks.
    edges = min(1.0, at / 0.004, (lasts - at) / 0.02)
    return edges * sum(
        loudness * math.exp(-decay * at) * math.sin(2 * math.pi * frequency * multiple * at)
        for multiple, loudness, decay in PARTIALS
    )


class Command(BaseCommand):
    help = "Generate the sound of a new message in superapp/notifications/static."

    def handle(self, **options: object) -> None:
        PATH.write_bytes(render())
        self.stdout.write(PATH.name)
