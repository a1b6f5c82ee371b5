"""VoiceMouth: moves the mouth by a voice, from a microphone or from a sound file in real time; if asked, the head too.

microphone = VoiceMouth(MicrophoneSound(None), source="microphone")
talker = VoiceMouth(FileSound(Path("speech.wav")), source="microphone")
"""

from __future__ import annotations

from typing import Final

import numpy as np

from bridge.calibration.profile import Profiles
from bridge.devices.gesture_messages import GestureMessages
from bridge.devices.mouths import Mouth, open_mouth
from bridge.devices.sound import Samples, Sound
from bridge.errors import SoundError
from bridge.observation import Observation
from bridge.sending.sequence import first_sequence
from bridge.sending.source_messages import TTL_S, SourceMessages
from bridge.voice.mark_track import MarkTrack
from bridge.voice.mood_messages import VoiceMoodMessages
from protocol.messages import ControlMessage
from protocol.sound_messages import HIGHEST_RATE, SoundMessage
from protocol.sound_samples import sound_of
from protocol.visemes import VISEMES

#: Older waiting sound is skipped: a late mouth is worse than one that skips.
MAX_WAITING_S: Final = 0.25
#: After this much silence the mouth is left to other drivers.
QUIET_S: Final = 0.6
#: An activity up to this counts as silence.
_QUIET: Final = 0.02


class VoiceMouth:
    """Turns sound into messages for the mouth. A `Device`."""

    def __init__(
        self,
        sound: Sound,
        *,
        source: str = "microphone",
        mouth: Mouth | None = None,
        moves_head: bool = False,
        tells_mood: bool = False,
        track: MarkTrack | None = None,
        sound_delay_s: float | None = None,
    ) -> None:
        """A closed mouth.

        Args:
            sound: owned from now on.
            source: the driver's name in the runtime.
            mouth: for the sound's rate; None = the best that can run here.
            moves_head: head, brows and lids move with the voice as well, as drivers of their own whose priority is below
                everybody's: a camera, a script or a take has them at once.
            tells_mood: how excited the voice is, moves the face a little, as a driver of its own as well.
            track: the sounds of speech with their times, which count above what is heard; None = there are none.
            sound_delay_s: by how much the lips follow the sound, which is then sent as well, to be heard with its lips;
                None = it is not sent.

        Raises:
            SoundError: the sound is to be sent, and has more samples a second than a message may.
        """
        if sound_delay_s is not None and sound.rate > HIGHEST_RATE:
            raise SoundError(
                f"{sound.name} has {sound.rate} samples a second, and at most {HIGHEST_RATE} can be sent; convert it: "
                "ffmpeg -i INPUT -ar 48000 voice.wav"
            )
        self.source = source
        self.is_over = False
        self._sound = sound
        self._mouth = open_mouth(sound.rate, "auto") if mouth is None else mouth
        self._gestures = GestureMessages(sound.rate, source) if moves_head else None
        self._mood = VoiceMoodMessages(sound.rate, source) if tells_mood else None
        self._track = track
        self._sound_delay_s = sound_delay_s
        self._heard_sound: SoundMessage | None = None
        self._unused = np.empty(0, np.float32)
        self._spoke_s = float("-inf")
        self._skipped_s = 0.0
        self._told = ""
        self._heard = np.zeros(len(self._mouth.names))
        self._messages = SourceMessages(
            Profiles().of("microphone", source),
            source=source,
            layers=("expression",),
            ttl_s=TTL_S,
            first_sequence=first_sequence(),
        )

    def poll(self, *, now_s: float, now_ns: int) -> tuple[ControlMessage, ...]:
        """See `Device`."""
        new = self._sound.read(now_s, now_ns)
        if new is None:
            self.is_over = True
            return ()
        self._keep_sound(new, now_ns)
        samples = np.concatenate([self._unused, new])
        hop = self._mouth.hop
        too_many = len(samples) - int(MAX_WAITING_S * self._sound.rate)
        if too_many > 0:
            samples = samples[too_many:]
            self._skipped_s += too_many / self._sound.rate
        count = len(samples) // hop
        if count == 0:
            self._unused = samples
            return ()
        for frame in range(count):
            coefficients = self._mouth(samples[frame * hop : (frame + 1) * hop])
            np.maximum(self._heard, self._mouth.weights, out=self._heard)
            if self._gestures is not None:
                self._gestures.hear(samples[frame * hop : (frame + 1) * hop], self._mouth.activity)
            if self._mood is not None:
                self._mood.hear(samples[frame * hop : (frame + 1) * hop], self._mouth.activity)
        self._unused = samples[count * hop :]
        activity = self._mouth.activity
        told = None
        # sound that is sent is heard later than it is read, and what is told about it shows when it is heard
        told_late_s = len(self._unused) / self._sound.rate + (self._sound_delay_s or 0.0)
        if self._track is not None:
            told = self._track.at(self._sound.time_s - told_late_s)
        if told is not None:
            coefficients = told.mixed_with(coefficients)
            activity = max(activity, told.activity)
            self._told = VISEMES[told.viseme]
        if activity > _QUIET:
            self._spoke_s = now_s
        beside = () if self._gestures is None else self._gestures.messages()
        if self._mood is not None:
            beside = (*beside, *self._mood.messages())
        if now_s - self._spoke_s > QUIET_S:
            return beside
        seen = Observation(source=self.source, expression=coefficients, receive_time_ns=now_ns)
        share = 0.0 if told is None else told.weight
        heard_late_s = len(self._unused) / self._sound.rate + self._mouth.latency_s
        late_s = share * told_late_s + (1.0 - share) * heard_late_s
        captured_ns = now_ns - round(late_s * 1e9)
        return (*self._messages(seen, time_s=now_s, capture_time_ns=captured_ns), *beside)

    def take_sound(self) -> SoundMessage | None:
        """See `SendsSound`."""
        sound, self._heard_sound = self._heard_sound, None
        return sound

    def _keep_sound(self, new: Samples, now_ns: int) -> None:
        """Sound that has just ended begins by its own length earlier."""
        if self._sound_delay_s is None or not len(new):
            return
        new = new[-int(MAX_WAITING_S * self._sound.rate) :]
        begin_ns = now_ns + round((self._sound_delay_s - len(new) / self._sound.rate) * 1e9)
        self._heard_sound = sound_of(new, self._sound.rate, stream=self.source, play_time_ns=begin_ns)

    def status(self) -> str:
        """See `Device`."""
        loudest = sorted(zip(self._heard.tolist(), self._mouth.names, strict=True), reverse=True)
        sounds = ", ".join(
            f"{name} {weight:.2f}" for weight, name in loudest if weight > 0.1 and name != "sil"
        )
        line = f"{self._sound.name}, {self._mouth.title}: {sounds or 'silence'}"
        if self._mood is not None and abs(self._mood.arousal) >= 0.05:
            line += f", arousal {self._mood.arousal:+.1f}"
        if self._told:
            line += f", told {self._told}"
            self._told = ""
        if self._skipped_s:
            line += f", {self._skipped_s:.1f} s skipped"
        self._heard[:] = 0.0
        return line

    def close(self) -> None:
        """See `Device`."""
        self._sound.close()
