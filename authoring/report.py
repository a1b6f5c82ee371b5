"""AvatarReport: the quality of a new avatar, as text for its maker."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AvatarReport:
    """How well an avatar matches its portrait.

    Attributes:
        name: the avatar's.
        portrait: the picture file's name.
        portrait_px: width and height of the upright picture.
        face_px: height of the face in the file's own pixels.
        landmark_error_px: root mean square at a picture height of 512.
        pose_deg: yaw, pitch, roll of the head in the portrait.
        gaze_deg: yaw, pitch of the eyes in the portrait.
        expression: shapes of the portrait's own expression with their weights 0..1, strongest first.
        face_psnr_db: avatar against portrait, inside the face; nan if they were not compared.
        seconds: that making the avatar took.
        size_bytes: of the folder.
        warnings: what makes the avatar look worse, and what to do.
        clip: which moment of a clip became the portrait and why, and what else was taken from it; empty for a picture.
        painted: what was painted from the clip's other frames; empty if nothing was to be.
        fitted: what a fit of the retouch network to this person came to; empty if none was asked for.
    """

    name: str
    portrait: str
    portrait_px: tuple[int, int]
    face_px: float
    landmark_error_px: float
    pose_deg: tuple[float, float, float]
    gaze_deg: tuple[float, float]
    expression: tuple[tuple[str, float], ...]
    face_psnr_db: float
    seconds: float
    size_bytes: int
    warnings: tuple[str, ...]
    clip: str = ""
    painted: str = ""
    fitted: str = ""

    def text(self) -> str:
        """Format the report for the terminal and report.txt, without a newline at the end."""
        yaw, pitch, roll = self.pose_deg
        expression = ", ".join(f"{name} {value:.2f}" for name, value in self.expression) or "calm"
        likeness = f"{self.face_psnr_db:.1f} dB" if isfinite(self.face_psnr_db) else "an unmeasured degree"
        lines = [
            f"avatar      {self.name}, {self.size_bytes / 1e6:.1f} MB, made in {self.seconds:.1f} s",
            f"portrait    {self.portrait}, {self.portrait_px[0]}x{self.portrait_px[1]}, "
            f"face {self.face_px:.0f} pixels high",
            f"fit         landmarks {self.landmark_error_px:.1f} px off at 512, "
            f"face as in the portrait to {likeness}",
            f"head        yaw {yaw:+.0f}, pitch {pitch:+.0f}, roll {roll:+.0f} degrees; "
            f"gaze {self.gaze_deg[0]:+.0f}, {self.gaze_deg[1]:+.0f}",
            f"expression  {expression}",
        ]
        if self.clip:
            lines.insert(1, f"clip        {self.clip}")
        if self.painted:
            lines.insert(2, f"painted     {self.painted}")
        if self.fitted:
            lines.append(f"retouch     {self.fitted}")
        lines += [f"warning     {warning}" for warning in self.warnings]
        return "\n".join(lines)


def folder_size(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
